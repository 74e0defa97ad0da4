/** How much of its track is filled. It is scaled, not resized: the compositor moves it while the main thread is left alone. */
export function Fill({ share, color }: { readonly share: number; readonly color: string }) {
  return <div className="fill" style={{ scale: `${share} 1`, background: color }} />;
}
