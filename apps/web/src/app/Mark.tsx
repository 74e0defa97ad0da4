/** Two overlapping circles: personal, shared, and fused where they meet. */
export function Mark() {
  return (
    <svg width="36" height="22" viewBox="0 0 36 22" aria-hidden="true">
      <circle cx="12" cy="11" r="10" fill="var(--personal)" />
      <circle cx="24" cy="11" r="10" fill="var(--shared)" />
      <path d="M18 3a10 10 0 0 1 0 16a10 10 0 0 1 0-16z" fill="var(--fused)" />
    </svg>
  );
}
