/**
 * When what has the focus goes (a button that did its work, the link that led to another view), the focus goes to the
 * nearest element around it that is still there. Without this, people without a mouse start again at the top.
 */
export function keepFocus(): void {
  let around: readonly Element[] = [];
  addEventListener('focusin', ({ target }) => {
    around = target instanceof Element ? elementsAround(target) : [];
  });
  // Who clicks beside everything wants no focus.
  addEventListener('pointerdown', () => {
    around = [];
  });
  new MutationObserver(() => {
    if (document.activeElement !== document.body || around[0]?.isConnected !== false) return;
    const place = around.find((one) => one instanceof HTMLElement && one.isConnected && one.closest('main, header'));
    if (!(place instanceof HTMLElement)) return;
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

function elementsAround(element: Element): Element[] {
  const around: Element[] = [];
  for (let one: Element | null = element; one !== null; one = one.parentElement) around.push(one);
  return around;
}
