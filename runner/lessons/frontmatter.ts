// Frontmatter: the YAML between the first two `---` lines of a lesson, and where in the file each part of it stands.
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';

export type Path = readonly PropertyKey[];

export interface Position {
	line: number;
	column: number;
}

export interface Frontmatter {
	/** Plain data, as the YAML says. */
	data: unknown;
	/** Mistakes in the YAML itself. */
	mistakes: { position: Position; message: string; hint?: string }[];
	/** Where the value at a path begins; for a value that is not there, where what should hold it does. */
	positionOf(path: Path): Position;
	/** Where a key of the map at a path stands. */
	positionOfKey(path: Path, key: string): Position;
	/** Number of the line after the closing `---`. */
	bodyLine: number;
}

/** The frontmatter of a lesson's text, or `undefined` when the text does not begin with one that is closed. */
export function readFrontmatter(text: string): Frontmatter | undefined {
	const match = /^---[ \t]*\r?\n([\s\S]*?)(?:^|\r?\n)---[ \t]*(?:\r?\n|$)/m.exec(text);
	if (match?.index !== 0) return undefined;
	const yaml = match[1] ?? '';
	return { ...readYaml(yaml, 2), bodyLine: match[0].split('\n').length };
}

/** YAML with positions. `firstLine` is the number of its first line in the file. */
export function readYaml(yaml: string, firstLine = 1): Omit<Frontmatter, 'bodyLine'> {
	const lineCounter = new LineCounter();
	const document = parseDocument(yaml, { lineCounter, prettyErrors: false });
	const at = (offset: number): Position => {
		const { line, col } = lineCounter.linePos(offset);
		return { line: line + firstLine - 1, column: col };
	};
	const begin = at(0);
	return {
		data: document.errors.length > 0 ? undefined : document.toJS(),
		mistakes: document.errors.map((error) => ({
			position: at(error.pos[0]),
			message: plainMessage(error.message),
			...(yamlHints[error.code] ? { hint: yamlHints[error.code] } : {}),
		})),
		positionOf: (path) => {
			const offset = offsetOf(document, path);
			return offset === undefined ? begin : at(offset);
		},
		positionOfKey: (path, key) => {
			const map = nodeAt(document, path);
			const pair = isMap(map)
				? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
				: undefined;
			const offset = isPair(pair) && isNode(pair.key) ? pair.key.range?.[0] : offsetOf(document, path);
			return offset === undefined ? begin : at(offset);
		},
	};
}

function nodeAt(document: Document, path: Path): Node | undefined {
	// `getIn` takes what a zod path has; symbols cannot come out of YAML.
	const found: unknown = path.length === 0 ? document.contents : document.getIn(path as (string | number)[], true);
	return isNode(found) ? found : undefined;
}

function offsetOf(document: Document, path: Path): number | undefined {
	for (let length = path.length; length >= 0; length--) {
		const range = nodeAt(document, path.slice(0, length))?.range;
		if (range) return range[0];
	}
	return undefined;
}

/** What is mostly behind the YAML parser's words. */
const yamlHints: Record<string, string> = {
	BLOCK_AS_IMPLICIT_KEY: 'a text with ": " in it goes in quotes',
	BAD_INDENT: 'something before this place has no end, or this line is indented otherwise than its neighbours',
	MISSING_CHAR: 'something before this place has no end: a quote, "]" or "}"',
	TAB_AS_INDENT: 'YAML is indented with spaces',
};

function plainMessage(message: string): string {
	const [first = ''] = message.split('\n');
	return first.charAt(0).toLowerCase() + first.slice(1);
}
