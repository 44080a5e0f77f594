// Checks the catalogues: both languages have the same texts with the same arguments, every plural
// has `other`, no text is unused, no text stands in the code, every reason of the protos is known.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src');
const protos = join(root, '../../../proto/vefa');
const LANGUAGES = ['en', 'tr'];
/** Ids put together at run time; each prefix is followed by a code of the API or a state. */
const COMPOSED = [
  'campaign.state.',
  'catalogue.privacy.',
  'channel.',
  'consent.state.',
  'erased.',
  'error.code.',
  'event.',
  'live.',
  'message.state.',
  'noun.',
  'outcome.',
  'person.why.',
  'purpose.',
  'reason.',
  'refused.',
  'service.state.',
  'signIn.',
  'suppression.',
  'timeline.',
];
const problems = [];

function files(folder, pattern) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}

function catalogue(language) {
  const texts = new Map();
  for (const file of files(source, new RegExp(`messages/${language}\\.json$`))) {
    for (const [id, text] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) {
      if (texts.has(id)) problems.push(`${language}: ${id} stands in two catalogues`);
      texts.set(id, text);
    }
  }
  return texts;
}

/** Names and kinds of the arguments of a message, and its plurals without `other`. */
function inspect(tokens, found = { names: new Set(), faults: [] }) {
  for (const token of tokens) {
    if (typeof token === 'string') continue;
    const [name, type, choices] = token;
    found.names.add(name);
    if (typeof choices !== 'object' || choices === null) continue;
    if (!('other' in choices)) found.faults.push(`${type} ${name} has no "other"`);
    for (const [key, branch] of Object.entries(choices)) if (key !== 'offset' && Array.isArray(branch)) inspect(branch, found);
  }
  return found;
}

function compare(catalogues) {
  const ids = new Set(LANGUAGES.flatMap((language) => [...catalogues[language].keys()]));
  for (const id of ids) {
    const seen = LANGUAGES.map((language) => {
      const text = catalogues[language].get(id);
      if (text === undefined || text.trim() === '') {
        problems.push(`${language}: ${id} is missing`);
        return '';
      }
      try {
        const { names, faults } = inspect(compileMessageOrThrow(text));
        for (const fault of faults) problems.push(`${language}: ${id}: ${fault}`);
        return [...names].sort().join(' ');
      } catch (error) {
        problems.push(`${language}: ${id} is no ICU message: ${error.message}`);
        return '';
      }
    });
    if (new Set(seen.filter((names) => names !== '')).size > 1)
      problems.push(`${id}: the languages use other arguments: ${seen.join(' | ')}`);
    if (/\}['’][a-zçğıöşü]/.test(catalogues.tr.get(id) ?? '')) problems.push(`tr: ${id}: a suffix on an inserted value`);
  }
  return ids;
}

function checkUse(ids) {
  const code = files(source, /\.tsx?$/)
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .map((file) => [file, readFileSync(file, 'utf8')]);
  const all = code.map(([, text]) => text).join('\n');
  for (const id of ids) {
    const composed = COMPOSED.some((prefix) => id.startsWith(prefix));
    if (!composed && !all.includes(`'${id}'`)) problems.push(`${id} is not used`);
  }
  // A text between tags, two letters or more: it belongs into a catalogue. Names of our own are not texts.
  for (const [file, text] of code.filter(([name]) => name.endsWith('.tsx'))) {
    for (const match of text.matchAll(/>\s*([A-Za-zÇĞİÖŞÜçğıöşü][\p{L} ,.!?]+)\s*<\//gu)) {
      if (!['AsyncAPI', 'Vefa', 'Ctrl K', 'Esc'].includes(match[1].trim()))
        problems.push(`${file.slice(root.length + 1)}: text in the code: ${match[1].trim()}`);
    }
  }
}

/** Every reason that the protos name must have words in both languages, in one of the lists of codes. */
function checkReasons(ids) {
  const known = ['erased.', 'reason.', 'refused.', 'suppression.', 'service.state.'];
  const reasons = new Set();
  for (const file of files(protos, /\.proto$/)) {
    for (const [, reason] of readFileSync(file, 'utf8').matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)`/g)) reasons.add(reason);
  }
  if (reasons.size === 0) problems.push('no reasons were found in the protos');
  for (const reason of reasons)
    if (!known.some((prefix) => ids.has(prefix + reason))) problems.push(`the protos name ${reason}; it has no text`);
  return reasons.size;
}

const catalogues = Object.fromEntries(LANGUAGES.map((language) => [language, catalogue(language)]));
const ids = compare(catalogues);
checkUse(ids);
const reasons = checkReasons(ids);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`messages: ${ids.size} texts in ${LANGUAGES.length} languages, ${reasons} reasons of the protos`);
