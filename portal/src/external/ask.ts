// Questions to other servers: without cookies, bounded in size and time, and told in plain words when they fail.
import { sentenceOf } from '../api/server';
import { Trouble, hostOf } from './types';

/** Lists of layers and rows beyond this are not read, bytes. */
const BYTES_MAX = 20_000_000;
const WAIT_MS = 30_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A web address that a reader typed or a document names; nothing that a browser would run. */
export function webAddress(text: string, base?: string): string {
  try {
    const url = new URL(/^[\w-]+:/.test(text.trim()) || base ? text.trim() : `https://${text.trim()}`, base);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('not of the web');
    url.username = '';
    url.password = '';
    return url.href;
  } catch {
    throw new Trouble('externalNoAddress');
  }
}

/** An address that a service gives for itself: kept on https where the service itself was read so. */
export function serviceAddress(text: string | null | undefined, base: string): string {
  if (!text) return '';
  try {
    const [url, own] = [new URL(webAddress(text, base)), new URL(base)];
    if (own.protocol === 'https:' && url.protocol === 'http:' && url.hostname === own.hostname) {
      url.protocol = 'https:';
      url.port = own.port;
    }
    return url.href;
  } catch {
    return '';
  }
}

export interface Answer {
  type: string;
  url: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export async function ask(url: string, accept: string, signal?: AbortSignal): Promise<Answer> {
  const host = hostOf(url);
  const { protocol, hostname } = new URL(url);
  if (location.protocol === 'https:' && protocol === 'http:' && !LOOPBACK.test(hostname)) throw new Trouble('externalInsecure', { host });
  const stop = AbortSignal.any([AbortSignal.timeout(WAIT_MS), ...(signal ? [signal] : [])]);
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept }, credentials: 'omit', referrerPolicy: 'no-referrer', signal: stop });
  } catch (error) {
    if (signal?.aborted) throw error;
    if (stop.aborted) throw new Trouble('externalSlow', { host });
    throw (await answersAtAll(url, stop)) ? new Trouble('externalRefused', { host, origin: location.origin }) : new Trouble('externalUnreachable', { host });
  }
  const type = response.headers.get('content-type') ?? '';
  const bytes = await read(response, host);
  if (!response.ok) {
    const text = sentenceOf(new TextDecoder().decode(bytes), type);
    throw text ? new Trouble('externalSays', { host, text }) : new Trouble('externalStatus', { host, status: response.status });
  }
  return { type, url: response.url || url, bytes };
}

/** A browser does not tell a refusal from a dead host; a question whose answer nobody may read does. */
async function answersAtAll(url: string, signal: AbortSignal): Promise<boolean> {
  return fetch(url, { mode: 'no-cors', credentials: 'omit', referrerPolicy: 'no-referrer', signal }).then(
    (response) => (void response.body?.cancel(), true),
    () => false,
  );
}

async function read(response: Response, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = (await reader?.read().catch(() => { throw new Trouble('externalUnreachable', { host }); })) ?? { done: true, value: undefined };
    if (done || !value) break;
    size += value.length;
    if (size > BYTES_MAX) {
      void reader?.cancel();
      throw new Trouble('externalTooLarge', { host, size: BYTES_MAX / 1e6 });
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Foreign XML is data: it is read by the browser's parser, which fetches and runs nothing; entities of its own are refused. */
export function xmlOf(bytes: Uint8Array<ArrayBuffer>, host: string): Element {
  const declared = /encoding=["']([\w.-]+)["']/.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 200)))?.[1];
  let text: string;
  try {
    text = new TextDecoder(declared ?? 'utf-8').decode(bytes);
  } catch {
    text = new TextDecoder().decode(bytes);
  }
  // Pages in HTML are told apart by their first element, before anything is made of them.
  const first = /<([\w.:-]+)[\s>/]/.exec(text.replace(/<\?[^]*?\?>|<!--[^]*?-->/g, ''))?.[1] ?? '';
  if (/<!ENTITY/i.test(text) || !/(capabilities|exception|report)/i.test(first)) throw new Trouble('externalNoService', { host });
  const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
  if (root.getElementsByTagName('parsererror').length > 0 || root.localName === 'parsererror') throw new Trouble('externalNoService', { host });
  const said = sentenceOf(text, 'text/xml');
  if (/exception/i.test(root.localName) || said) throw new Trouble('externalSays', { host, text: said || root.localName });
  return root;
}

export function jsonOf(bytes: Uint8Array<ArrayBuffer>, host: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (value && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new Trouble('externalNoService', { host });
}
