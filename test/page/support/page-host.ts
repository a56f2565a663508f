/** An app that serves the page. */
export interface PageHost extends AsyncDisposable {
  /** The page is at `ORIGIN/api/page`. */
  readonly origin: string;
  /** null where no keys are required. */
  readonly keys: PageKeys | null;
  /** Everything that it has written so far. */
  log(): Promise<string>;
}

export interface PageKeys {
  readonly master: string;
  /** Opens everything that only reads. */
  readonly page: string;
  /** By the name of the function that each opens. */
  readonly functions: Readonly<Record<string, string>>;
}

/** Address of the page. @param hash of the view, `#/machines` */
export function pageAddress({ origin }: Pick<PageHost, 'origin'>, hash = ''): string {
  return `${origin}/api/page${hash}`;
}
