declare module "fs-native-extensions" {
  /** An exclusive lock on a range of an open file, until it is closed or the process ends; false while another has it. */
  export function tryLock(fd: number, offset: number, length: number): boolean;
}
