import { Buffer } from 'node:buffer';

/** An HTTP answer before it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function textAnswer(status: number, contentType: string, text: string, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': contentType, ...headers }, body: Buffer.from(text) };
}

export function jsonAnswer(status: number, value: unknown, headers: Answer['headers'] = {}): Answer {
  return textAnswer(status, 'application/json; charset=utf-8', JSON.stringify(value), headers);
}
