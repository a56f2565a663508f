const file = document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href ?? '';

/** A symbol of web/icons. It says nothing that the text beside it does not say. */
export function Icon({ name }: { readonly name: string }) {
  return (
    <svg class="icon" aria-hidden="true" focusable="false">
      <use href={`${file}#${name}`} />
    </svg>
  );
}
