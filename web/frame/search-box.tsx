/** Accepts whatever a log contains. */
export function SearchBox() {
  return <search class="search-box" />;
}
