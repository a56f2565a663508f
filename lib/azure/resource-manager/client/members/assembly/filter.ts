/**
 * The part of `MemberFilter` that looks at each byte. It is AssemblyScript, which becomes WebAssembly: 16 bytes are
 * compared at once, and a page of machines takes a fifth of the time that JavaScript needs. `npm run wasm` compiles it
 * to ../wasm.ts.
 *
 * It reads JSON word by word. Where the bytes end inside a word, it stops before that word, and the next call begins
 * there. Only texts are read in parts, because they can be long. What is not read is checked, too.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 * @see https://www.assemblyscript.org
 */

/** What can come next, after white space if it is no rest. */
enum Expects {
  start,
  value,
  itemOrEnd,
  nameOrEnd,
  name,
  restOfName,
  colon,
  restOfText,
  commaOrEnd,
  nothing,
}

enum Outcome {
  unfinished,
  complete,
  notJson,
  tooDeep,
}

/** What happens with the bytes of the value that is being read. */
enum Mode {
  /** Some of its members are read: each name decides. */
  choose,
  keep,
  drop,
}

/** What is read of a value: nothing, all of it, or else the members in the table at this address. */
type Wanted = u32;
const nothing: Wanted = 0;
const everything: Wanted = 1;

/** One of the members that are read. Its name follows, and then the next member, or a zero. */
@unmanaged
class Member {
  wanted!: Wanted;
  nameLength!: u32;
}

/** The most objects and lists inside each other. */
const deepest = 250;

/** How far the JSON of one body has been read. */
@unmanaged
class State {
  /** Of the value that comes next. Whoever makes a state sets it for the whole body; the rest starts as zeros. */
  wanted!: Wanted;
  expects!: Expects;
  outcome!: Outcome;
  mode!: Mode;
  /** The number of open objects and lists. */
  depth!: u32;
  /** How many of them are in mode `choose`. They are the outermost ones. */
  chosen!: u32;
  /** Whether the innermost object in mode `choose` has a member already. */
  hasMember!: bool;
}

/** After the fields of a state: the closing byte of each open object and list. */
const closingBytes = offsetof<State>();
/** After these: what is read of each object and list in mode `choose`. */
const tables = closingBytes + deepest;
const tableSize = 4;

const quote: u8 = 0x22;
const backslash: u8 = 0x5c;
const comma: u8 = 0x2c;
const colon: u8 = 0x3a;
const openBrace: u8 = 0x7b;
const closeBrace: u8 = 0x7d;
const openBracket: u8 = 0x5b;
const closeBracket: u8 = 0x5d;
const minus: u8 = 0x2d;
const zero: u8 = 0x30;

/** The next byte to read. */
let at: usize = 0;
let end: usize = 0;
/** Where the next byte that remains is written: before `at`. */
let kept: usize = 0;
/** In mode `keep`: the bytes from here to `at` are not written yet. */
let keepFrom: usize = 0;

/** Bytes of a state. */
export function stateSize(): usize {
  return tables + deepest * tableSize;
}

/**
 * Reads the bytes from one address to another. Sixteen more bytes must be readable.
 * @param into where it writes what remains: at least one byte before the others. What remains can be one byte longer
 *   than what was read: the comma after a member waits for a next one.
 * @returns the end of what remains
 */
export function filter(state: State, from: usize, to: usize, into: usize): usize {
  at = from;
  end = to;
  kept = into;
  keepFrom = from;
  let isWhole = true;
  while (isWhole) isWhole = readWord(state);
  if (state.mode === Mode.keep) keep();
  return kept;
}

/** After `filter`: the first byte of the unfinished word at the end, to be given again with what follows. */
export function unread(): usize {
  return at;
}

export function outcome(state: State): Outcome {
  return state.outcome;
}

/** @returns whether there was a whole word */
function readWord(state: State): bool {
  if (state.expects === Expects.restOfText) return readText(state) && endValue(state);
  if (state.expects === Expects.restOfName) return readText(state) && endName(state);
  while (at < end && isSpace(load<u8>(at))) at++;
  if (at >= end) return false;
  const byte = load<u8>(at);
  switch (state.expects) {
    case Expects.start:
      return byte === 0xef ? readByteOrderMark(state) : readValue(state, byte);
    case Expects.value:
      return readValue(state, byte);
    case Expects.itemOrEnd:
      return byte === closeBracket ? close(state, byte) : readValue(state, byte);
    case Expects.nameOrEnd:
      return byte === closeBrace ? close(state, byte) : readName(state, byte);
    case Expects.name:
      return readName(state, byte);
    case Expects.colon:
      return readColon(state, byte);
    case Expects.commaOrEnd:
      return byte === comma ? readComma(state) : close(state, byte);
    default:
      return refuse(state);
  }
}

function readByteOrderMark(state: State): bool {
  if (at + 3 > end) return false;
  if (load<u8>(at + 1) !== 0xbb || load<u8>(at + 2) !== 0xbf) return refuse(state);
  at += 3;
  return true;
}

function readValue(state: State, byte: u8): bool {
  const opens = byte === openBrace || byte === openBracket;
  if (state.mode === Mode.choose) {
    if (state.wanted === nothing) state.mode = Mode.drop;
    else if (state.wanted === everything || !opens) {
      state.mode = Mode.keep;
      keepFrom = at;
    }
  }
  if (opens) return open(state, byte);
  if (byte === quote) {
    at++;
    if (readText(state)) return endValue(state);
    state.expects = Expects.restOfText;
    return false;
  }
  const next = byte === minus || isDigit(byte) ? endOfNumber(state) : endOfLiteral(state, byte);
  if (next === 0) return false;
  at = next;
  return endValue(state);
}

/** @returns whether it has ended; if not, it has been read as far as it is there */
function readText(state: State): bool {
  let next = at;
  while (true) {
    at = endOfRun(next);
    if (at === end) return false;
    const byte = load<u8>(at);
    if (byte === quote) {
      at++;
      return true;
    }
    next = byte === backslash ? endOfEscape(state, at) : refused(state);
    if (next === 0) return false;
  }
}

function open(state: State, byte: u8): bool {
  if (state.depth === deepest) {
    state.outcome = Outcome.tooDeep;
    return false;
  }
  if (state.mode === Mode.choose) {
    store<u32>(changetype<usize>(state) + tables + state.chosen * tableSize, state.wanted);
    state.chosen++;
    state.hasMember = false;
    write(byte);
  }
  store<u8>(changetype<usize>(state) + closingBytes + state.depth, byte === openBrace ? closeBrace : closeBracket);
  state.depth++;
  state.expects = byte === openBrace ? Expects.nameOrEnd : Expects.itemOrEnd;
  at++;
  return true;
}

function close(state: State, byte: u8): bool {
  if (byte !== closingByte(state)) return refuse(state);
  state.depth--;
  at++;
  if (state.mode === Mode.choose) {
    state.chosen--;
    state.hasMember = true;
    write(byte);
  }
  return endValue(state);
}

function endValue(state: State): bool {
  if (state.depth === state.chosen) {
    if (state.mode === Mode.keep) keep();
    state.mode = Mode.choose;
  }
  if (state.depth > 0) {
    if (isNext(comma)) return readComma(state);
    state.expects = Expects.commaOrEnd;
  } else {
    state.expects = Expects.nothing;
    state.outcome = Outcome.complete;
  }
  return true;
}

function readName(state: State, byte: u8): bool {
  if (byte !== quote) return refuse(state);
  if (state.mode !== Mode.choose) {
    at++;
    if (readText(state)) return endName(state);
    state.expects = Expects.restOfName;
    return false;
  }
  const from = at;
  at++;
  if (!readText(state)) {
    at = from;
    return false;
  }
  state.wanted = wantedOf(currentTable(state), from + 1, at - from - 2);
  if (state.wanted !== nothing) {
    if (state.hasMember) write(comma);
    state.hasMember = true;
    move(from, at);
  }
  return endName(state);
}

function endName(state: State): bool {
  if (isNext(colon)) return readColon(state, colon);
  state.expects = Expects.colon;
  return true;
}

function readColon(state: State, byte: u8): bool {
  if (byte !== colon) return refuse(state);
  if (state.mode === Mode.choose && state.wanted !== nothing) write(colon);
  at++;
  state.expects = Expects.value;
  return true;
}

function readComma(state: State): bool {
  at++;
  if (closingByte(state) === closeBrace) {
    state.expects = Expects.name;
    return true;
  }
  state.expects = Expects.value;
  if (state.mode === Mode.choose) {
    state.wanted = currentTable(state);
    write(comma);
  }
  return true;
}

function refuse(state: State): bool {
  state.outcome = Outcome.notJson;
  return false;
}

/** Signs nearly always follow at once. To read them with the word before them saves a quarter of the time. */
function isNext(sign: u8): bool {
  return at < end && load<u8>(at) === sign;
}

/** Of the innermost open object or list. */
function closingByte(state: State): u8 {
  return load<u8>(changetype<usize>(state) + closingBytes + state.depth - 1);
}

/** What is read of the innermost open object or list in mode `choose`. */
function currentTable(state: State): Wanted {
  return load<u32>(changetype<usize>(state) + tables + (state.chosen - 1) * tableSize);
}

/** What is read of a member. One whose name has an escape stays whole: `JSON.parse` knows its name. */
function wantedOf(table: Wanted, name: usize, length: usize): Wanted {
  let member = changetype<Member>(<usize>table);
  while (member.wanted !== nothing) {
    const memberName = changetype<usize>(member) + offsetof<Member>();
    if (<usize>member.nameLength === length && isSame(memberName, name, length)) return member.wanted;
    member = changetype<Member>(memberName + member.nameLength);
  }
  for (let index: usize = 0; index < length; index++) if (load<u8>(name + index) === backslash) return everything;
  return nothing;
}

function isSame(one: usize, other: usize, length: usize): bool {
  for (let index: usize = 0; index < length; index++) {
    if (load<u8>(one + index) !== load<u8>(other + index)) return false;
  }
  return true;
}

/** Of characters that stand for themselves: where a quote, a backslash or a control character follows. */
function endOfRun(from: usize): usize {
  for (let block = from; block < end; block += 16) {
    const bytes = v128.load(block);
    const quotes = i8x16.eq(bytes, i8x16.splat(quote));
    const backslashes = i8x16.eq(bytes, i8x16.splat(backslash));
    const controls = i8x16.lt_u(bytes, i8x16.splat(0x20));
    const stops = i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
    if (stops !== 0) return min<usize>(block + ctz(stops), end);
  }
  return end;
}

/** Each of the following returns the address after a word; 0 if the bytes end first, or if it is refused. */
function endOfEscape(state: State, from: usize): usize {
  if (from + 2 > end) return 0;
  switch (load<u8>(from + 1)) {
    case quote:
    case backslash:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return from + 2;
    case 0x75: // u
      break;
    default:
      return refused(state);
  }
  const next = from + 6;
  if (next > end) return 0;
  for (let digit = from + 2; digit < next; digit++) if (!isHexDigit(load<u8>(digit))) return refused(state);
  return next;
}

function endOfNumber(state: State): usize {
  let next = at;
  if (load<u8>(next) === minus) next++;
  // After a zero at the start, no digit follows.
  next = next < end && load<u8>(next) === zero ? next + 1 : endOfDigits(state, next);
  if (next === 0 || next >= end) return 0;
  if (load<u8>(next) === 0x2e) {
    next = endOfDigits(state, next + 1);
    if (next === 0 || next >= end) return 0;
  }
  // e, E
  if ((load<u8>(next) | 0x20) !== 0x65) return next;
  next++;
  if (next < end && (load<u8>(next) === 0x2b || load<u8>(next) === minus)) next++;
  return endOfDigits(state, next);
}

/** At least one digit. The bytes must not end there, because another one could follow. */
function endOfDigits(state: State, from: usize): usize {
  let next = from;
  while (next < end && isDigit(load<u8>(next))) next++;
  if (next >= end) return 0;
  return next === from ? refused(state) : next;
}

function endOfLiteral(state: State, first: u8): usize {
  // f, t, n
  const isFalse = first === 0x66;
  if (!isFalse && first !== 0x74 && first !== 0x6e) return refused(state);
  const next = at + (isFalse ? 5 : 4);
  if (next > end) return 0;
  // From the last character to the first: eurt, llun, slaf.
  const four = load<u32>(at);
  const isLiteral = four === 0x65757274 || four === 0x6c6c756e || (four === 0x736c6166 && load<u8>(at + 4) === 0x65);
  return isLiteral ? next : refused(state);
}

function refused(state: State): usize {
  refuse(state);
  return 0;
}

/** Writes a byte to what remains. */
function write(byte: u8): void {
  store<u8>(kept++, byte);
}

/** Moves bytes to what remains. */
function move(from: usize, to: usize): void {
  if (kept !== from) memory.copy(kept, from, to - from);
  kept += to - from;
}

function keep(): void {
  move(keepFrom, at);
  keepFrom = at;
}

function isSpace(byte: u8): bool {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: u8): bool {
  return byte >= zero && byte <= 0x39;
}

function isHexDigit(byte: u8): bool {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}
