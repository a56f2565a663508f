import { backslash, endOfText, quote } from './end-of-text.ts';

/**
 * The members of an answer that are read: all of a value, or some of an object. In a list, those of each item.
 * @example { value: { id: 'all', properties: { vmId: 'all' } }, nextLink: 'all' }
 */
export type Members = 'all' | { readonly [name: string]: Members };

type SomeMembers = Exclude<Members, 'all'>;

/**
 * Parses JSON as `JSON.parse` does, but makes only the members that are read: nine tenths of a machine are never kept,
 * and would be garbage. What is skipped must be JSON, too.
 * @param body UTF-8
 * @returns undefined for what is not JSON, and for what only `JSON.parse` reads: an escape in a name, more than 100
 *   levels, a byte order mark
 * @see docs/decisions/0002-arm-client.md
 */
export function readMembers(body: Buffer, members: Members): unknown {
  const reader = new MemberReader(body);
  try {
    const value = reader.read(members);
    return reader.isAtEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof NotReadable) return undefined;
    throw error;
  }
}

class NotReadable extends Error {}

const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;
/** Deeper nesting could use up the stack. */
const deepest = 100;
const escapes: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const literals = new Map(['true', 'false', 'null'].map((literal) => [literal.charCodeAt(0), literal]));
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isHexDigit = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Reads one body from start to end. */
class MemberReader {
  private readonly body: Buffer;
  /** The bytes of the body four by four. */
  private readonly words: Int32Array;
  private at = 0;
  private depth = 0;
  /** Whether the last string has an escape. */
  private hasEscape = false;
  /** The quote at the end of the last name. */
  private nameEnd = 0;

  constructor(body: Buffer) {
    const isAligned = body.byteOffset % Int32Array.BYTES_PER_ELEMENT === 0;
    this.body = isAligned ? body : Buffer.from(new Uint8Array(body).buffer);
    this.words = new Int32Array(this.body.buffer, this.body.byteOffset, body.length >> 2);
  }

  isAtEnd(): boolean {
    this.next();
    return this.at === this.body.length;
  }

  read(members: Members): unknown {
    const first = this.next();
    if (members === 'all') return this.readAll(first);
    if (first === openBrace) return this.readObject(members);
    if (first === openBracket) return this.readArray(members);
    return this.readAll(first);
  }

  private readObject(members: SomeMembers): unknown {
    const result: Record<string, unknown> = {};
    if (this.isEmpty(closeBrace)) return result;
    do {
      const name = this.readName(members);
      const wanted = name === null ? undefined : members[name];
      if (name === null || wanted === undefined) this.skip();
      else result[name] = this.read(wanted);
    } while (this.hasMore(closeBrace));
    return result;
  }

  private readArray(members: Members): unknown {
    const items: unknown[] = [];
    if (this.isEmpty(closeBracket)) return items;
    do items.push(this.read(members));
    while (this.hasMore(closeBracket));
    return items;
  }

  /** @returns the name of a member that is read; null for any other */
  private readName(members: SomeMembers): string | null {
    this.next();
    const start = this.at + 1;
    this.skipName();
    if (this.hasEscape) this.refuse();
    const length = this.nameEnd - start;
    for (const name in members) if (name.length === length && this.isText(name, start)) return name;
    return null;
  }

  private isText(text: string, start: number): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.byteAt(start + index) !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  private readAll(first: number): unknown {
    const start = this.at;
    this.skip();
    if (first === quote && !this.hasEscape) return this.body.toString('utf8', start + 1, this.at - 1);
    return JSON.parse(this.body.toString('utf8', start, this.at));
  }

  private skip(): void {
    const first = this.next();
    if (first === quote) this.skipString();
    else if (first === openBrace) this.skipObject();
    else if (first === openBracket) this.skipArray();
    else if (first === minus || isDigit(first)) this.skipNumber();
    else this.skipLiteral(first);
  }

  private skipObject(): void {
    if (this.isEmpty(closeBrace)) return;
    do {
      this.skipName();
      this.skip();
    } while (this.hasMore(closeBrace));
  }

  private skipArray(): void {
    if (this.isEmpty(closeBracket)) return;
    do this.skip();
    while (this.hasMore(closeBracket));
  }

  private skipName(): void {
    if (this.next() !== quote) this.refuse();
    this.skipString();
    this.nameEnd = this.at - 1;
    if (this.next() !== colon) this.refuse();
    this.at++;
  }

  /** From the quote at its start to after the one at its end. */
  private skipString(): void {
    const { body, words } = this;
    let at = endOfText(body, words, this.at + 1);
    this.hasEscape = this.byteAt(at) === backslash;
    while (this.byteAt(at) === backslash) at = endOfText(body, words, this.afterEscape(at));
    if (this.byteAt(at) !== quote) this.refuse();
    this.at = at + 1;
  }

  private afterEscape(at: number): number {
    const escaped = this.byteAt(at + 1);
    if (escapes.has(escaped)) return at + 2;
    if (escaped === 0x75 && [2, 3, 4, 5].every((digit) => isHexDigit(this.byteAt(at + digit)))) return at + 6;
    return this.refuse();
  }

  private skipNumber(): void {
    if (this.byteAt(this.at) === minus) this.at++;
    // After a zero at the start, no digit follows.
    if (this.byteAt(this.at) === 0x30) this.at++;
    else this.skipDigits();
    if (this.byteAt(this.at) === 0x2e) {
      this.at++;
      this.skipDigits();
    }
    if ((this.byteAt(this.at) | 0x20) !== 0x65) return;
    this.at++;
    if (this.byteAt(this.at) === 0x2b || this.byteAt(this.at) === minus) this.at++;
    this.skipDigits();
  }

  private skipDigits(): void {
    if (!isDigit(this.byteAt(this.at))) this.refuse();
    while (isDigit(this.byteAt(this.at))) this.at++;
  }

  private skipLiteral(first: number): void {
    const literal = literals.get(first) ?? this.refuse();
    if (!this.isText(literal, this.at)) this.refuse();
    this.at += literal.length;
  }

  /** 0 past the end: nothing accepts it. Reading there is slow, so it asks first. */
  private byteAt(at: number): number {
    return at < this.body.length ? (this.body[at] ?? 0) : 0;
  }

  /** The next byte that is not white space; it stays unread. */
  private next(): number {
    let { at } = this;
    while (isSpace(this.byteAt(at))) at++;
    this.at = at;
    return this.byteAt(at);
  }

  /** Enters an object or a list, and leaves it if it is empty. */
  private isEmpty(close: number): boolean {
    this.at++;
    if (this.next() === close) {
      this.at++;
      return true;
    }
    if (++this.depth > deepest) this.refuse();
    return false;
  }

  /** After a member or an item: whether another one follows. Else, leaves the object or list. */
  private hasMore(close: number): boolean {
    const byte = this.next();
    this.at++;
    if (byte === comma) return true;
    if (byte !== close) this.refuse();
    this.depth--;
    return false;
  }

  private refuse(): never {
    throw new NotReadable();
  }
}
