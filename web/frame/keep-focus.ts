/**
 * When what has the focus goes (a button that did its work, the link that led to another view), the focus goes to the
 * nearest element around it that is still there. Without this, people without a mouse start again at the top.
 */
export function keepFocus(): void {
  let around: readonly HTMLElement[] = [];
  addEventListener('focusin', ({ target }) => {
    around = target instanceof Element ? elementsAround(target) : [];
  });
  // Who clicks beside everything wants no focus.
  addEventListener('pointerdown', () => {
    around = [];
  });
  new MutationObserver(() => {
    if (document.activeElement !== document.body || around[0]?.isConnected !== false) return;
    const place = around.find((element) => element.isConnected && element.matches('main, main *, header *'));
    if (place === undefined) return;
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

function elementsAround(element: Element): HTMLElement[] {
  const around: HTMLElement[] = [];
  for (let one: Element | null = element; one !== null; one = one.parentElement)
    if (one instanceof HTMLElement) around.push(one);
  return around;
}
