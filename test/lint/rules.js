import path from 'node:path';
import { LAZY, ROOMS } from './rooms.js';

const root = path.resolve(import.meta.dirname, '..', '..');

/** The path of a file below the root, with forward slashes. @param {string} file */
const below = (file) => path.relative(root, file).split(path.sep).join('/');

/** The room that a path below the root belongs to. @param {string} file */
const roomOf = (file) => {
  const [top = '', second = ''] = file.split('/');
  if (top === 'examples' || top === 'test') return top;
  if (top !== 'src' && top !== 'transforms') return undefined;
  return `${top}/${second}`;
};

/** `fp-ts/lib/Either.js` is `fp-ts`; `@scope/name/file.js` is `@scope/name`; `node:fs` is `node:*`. @param {string} name */
const packageOf = (name) =>
  name.startsWith('node:') ? 'node:*' : name.split('/', name.startsWith('@') ? 2 : 1).join('/');

/** What is wrong with this import, or `undefined`. @param {string} file @param {string} target @param {boolean} eager */
const fault = (file, target, eager) => {
  const from = roomOf(file);
  if (from === undefined || from === 'test') return undefined;
  const relative = target.startsWith('.');
  const to = relative
    ? roomOf(path.posix.normalize(path.posix.join(path.posix.dirname(file), target)))
    : packageOf(target);
  if (from === 'examples') {
    if (!relative || to === 'examples') return undefined;
    return `examples import adjoint by name ('adjoint', 'adjoint/transforms'), as a user does, not '${target}'`;
  }
  const arrows = ROOMS[from];
  if (arrows === undefined) return `'${from}' is no room: add it to test/lint/rooms.js with its arrows`;
  const room = to?.replace(/^(src|transforms)\/index\.js$/, '$1/index.ts');
  if (relative && room !== from && !(room !== undefined && arrows.rooms.includes(room))) {
    return `${from} may not import ${room ?? target}: its arrows (test/lint/rooms.js) lead to ${list(arrows.rooms)}`;
  }
  if (!relative && !(room !== undefined && arrows.packages.includes(room))) {
    return `${from} may not import the package '${room}': it may use ${list(arrows.packages)}`;
  }
  if (!relative && eager && room !== undefined && LAZY.includes(room)) {
    return `'${room}' is an optional peer: import it lazily, with await import('${room}')`;
  }
  if (room === 'fp-ts' && !/^fp-ts\/lib\/\w+\.js$/.test(target)) {
    return `import 'fp-ts/lib/<Module>.js': '${target}' does not resolve in plain Node`;
  }
  return undefined;
};

/** @param {readonly string[]} names */
const list = (names) => (names.length === 0 ? 'nothing' : names.join(', '));

/** Imports follow the arrows of `rooms.js`. @type {import('eslint').Rule.RuleModule} */
const rooms = {
  meta: { type: 'problem', messages: { arrow: '{{fault}}.' }, schema: [] },
  create(context) {
    const file = below(context.filename);
    /** @param {any} node @param {any} source @param {boolean} eager */
    const check = (node, source, eager) => {
      if (typeof source?.value !== 'string') return;
      const message = fault(file, source.value, eager);
      if (message !== undefined) context.report({ node, messageId: 'arrow', data: { fault: message } });
    };
    /** @param {any} node */
    const declaration = (node) =>
      check(node, node.source, node.importKind !== 'type' && node.exportKind !== 'type');
    return {
      ImportDeclaration: declaration,
      ExportNamedDeclaration: declaration,
      ExportAllDeclaration: declaration,
      ImportExpression: (node) => check(node, node.source, false),
      /** @param {any} node */
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal, false),
    };
  },
};

/** Every comment that turns a rule off names the rule and, after `--`, the reason. @type {import('eslint').Rule.RuleModule} */
const explained = {
  meta: {
    type: 'problem',
    messages: { reason: 'Say which rule is off and why: eslint-disable-next-line rule-name -- reason.' },
    schema: [],
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (!/^\s*eslint-disable\b/.test(comment.value) || comment.loc == null) continue;
          if (/^\s*eslint-disable(-next-line|-line)?\s+[^\s-].*\s--\s+\S/s.test(comment.value)) continue;
          // One column before the comment, so that the comment cannot turn its own report off.
          const { line } = comment.loc.start;
          context.report({ loc: { line, column: -1 }, messageId: 'reason' });
        }
      },
    };
  },
};

export default { meta: { name: 'house' }, rules: { rooms, explained } };
