/**
 * Faults made on purpose: modules that engines refuse, and modules that trap.
 */

/** Reads a module's numbers. */
class Scan {
  at = 8;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** An unsigned LEB128 number. */
  number(): number {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  }

  text(): string {
    const n = this.number();
    this.at += n;
    return new TextDecoder().decode(this.bytes.subarray(this.at - n, this.at));
  }

  /** Places of all sections by their number; of custom sections by their name. */
  sections(): Map<number | string, number> {
    const found = new Map<number | string, number>();
    for (this.at = 8; this.at < this.bytes.length;) {
      const id = this.bytes[this.at++]!;
      const size = this.number();
      const end = this.at + size;
      if (id === 0) found.set(this.text(), this.at);
      else found.set(id, this.at);
      this.at = end;
    }
    return found;
  }
}

/** Number of imported functions. */
function importedFunctions(scan: Scan, start: number | undefined, bytes: Uint8Array): number {
  if (start === undefined) return 0;
  scan.at = start;
  let functions = 0;
  for (let n = scan.number(); n > 0; n--) {
    scan.text();
    scan.text();
    const kind = bytes[scan.at++]!;
    if (kind === 0) {
      scan.number();
      functions++;
    } else if (kind === 2) {
      const flags = scan.number();
      scan.number();
      if ((flags & 1) === 1) scan.number();
    } else throw new Error(`an import of kind ${kind}`);
  }
  return functions;
}

/** Names of functions by their index. */
function functionNames(scan: Scan, start: number | undefined, bytes: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  if (start === undefined) return names;
  scan.at = start;
  while (bytes[scan.at] !== 1) {
    scan.at++;
    const size = scan.number();
    scan.at += size;
  }
  scan.at++;
  scan.number();
  for (let n = scan.number(); n > 0; n--) {
    const index = scan.number();
    names.set(index, scan.text());
  }
  return names;
}

/**
 * A copy of a module whose functions of some names begin with `unreachable`: their first instruction, if it only pushes a
 * value, is overwritten.
 *
 * @throws Error if there is no such function.
 */
export function trapping(bytes: Uint8Array, named: RegExp): Uint8Array<ArrayBuffer> {
  const out = bytes.slice();
  const scan = new Scan(bytes);
  const sections = scan.sections();
  const first = importedFunctions(scan, sections.get(2), bytes);
  const names = functionNames(scan, sections.get('name'), bytes);
  let count = 0;
  scan.at = sections.get(10)!;
  const functions = scan.number();
  for (let i = 0; i < functions; i++) {
    const size = scan.number();
    const end = scan.at + size;
    for (let locals = scan.number(); locals > 0; locals--) {
      scan.number();
      scan.at++;
    }
    const start = scan.at++;
    // local.get, global.get, i32.const
    if (named.test(names.get(first + i) ?? '') && [0x20, 0x23, 0x41].includes(bytes[start]!)) {
      scan.number();
      out.fill(0, start, scan.at);
      count++;
    }
    scan.at = end;
  }
  if (count === 0) throw new Error(`no function is named ${named}: ${[...names.values()].join(', ')}`);
  return out;
}

/** Runs a function while modules are made by `make`. */
export function withModules<T>(
  make: (bytes: Uint8Array, Module: typeof WebAssembly.Module) => WebAssembly.Module,
  f: () => T,
): T {
  const original = WebAssembly.Module;
  const replaced = function (bytes: Uint8Array): WebAssembly.Module {
    return make(bytes, original);
  };
  WebAssembly.Module = replaced as unknown as typeof WebAssembly.Module;
  try {
    return f();
  } finally {
    WebAssembly.Module = original;
  }
}
