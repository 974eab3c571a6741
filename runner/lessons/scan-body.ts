// Scan body: where a lesson's text has code blocks and components. Line by line, so that every find has its place in the file.
import type { Position } from './frontmatter.ts';

export interface CodeBlock {
	/** Where the fence begins. */
	position: Position;
	/** `sh`. */
	language: string;
	/** `run=manager1` -> `manager1`. */
	run: string | undefined;
	runPosition: Position;
	lines: { text: string; position: Position }[];
}

/** `<Step id="init">`, `<Open node="worker1" port={8888} />`: an opening tag whose name begins with a capital. */
export interface Tag {
	name: string;
	position: Position;
	/** Attributes with a text as value: `id="init"`. */
	attributes: Record<string, { value: string; position: Position }>;
}

export interface Body {
	blocks: CodeBlock[];
	tags: Tag[];
}

/** `firstLine` is the number of the text's first line in the file. Tags inside code, inline code and comments do not count. */
export function scanBody(text: string, firstLine: number): Body {
	const blocks: CodeBlock[] = [];
	/** The text with everything that is not prose turned to spaces, so that places stay the same. */
	const prose: string[] = [];
	let open: { block: CodeBlock; fence: string; indent: number } | undefined;
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		const number = firstLine + index;
		const fence = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(line);
		if (open) {
			prose.push('');
			const closes = fence?.[2]?.startsWith(open.fence) && fence[3]?.trim() === '';
			if (closes) open = undefined;
			else open.block.lines.push({ text: line, position: { line: number, column: 1 } });
			continue;
		}
		// A "fence" of backticks with another backtick behind it is inline code.
		if (fence && !(fence[2]?.startsWith('`') && fence[3]?.includes('`'))) {
			const [, indent = '', marks = '', info = ''] = fence;
			const block = toBlock(info, { line: number, column: indent.length + 1 }, indent.length + marks.length);
			blocks.push(block);
			open = { block, fence: marks, indent: indent.length };
			prose.push('');
			continue;
		}
		prose.push(line);
	}
	return { blocks, tags: findTags(blanked(prose.join('\n')), firstLine) };
}

function toBlock(info: string, position: Position, infoColumn: number): CodeBlock {
	const run = /(?:^|\s)run=(["']?)([^\s"']*)\1/.exec(info);
	const valueAt = run ? run.index + run[0].indexOf('=') + 1 + (run[1]?.length ?? 0) : 0;
	return {
		position,
		language: info.trim().split(/\s/)[0] ?? '',
		run: run?.[2],
		runPosition: { line: position.line, column: infoColumn + valueAt + 1 },
		lines: [],
	};
}

/** Inline code and MDX comments, turned to spaces. */
function blanked(prose: string): string {
	const spaces = (found: string) => found.replace(/[^\n]/g, ' ');
	return prose.replace(/\{\/\*[\s\S]*?\*\/\}/g, spaces).replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, spaces);
}

function findTags(prose: string, firstLine: number): Tag[] {
	const positionAt = (offset: number): Position => {
		const before = prose.slice(0, offset).split('\n');
		return { line: firstLine + before.length - 1, column: (before.at(-1) ?? '').length + 1 };
	};
	return [...prose.matchAll(/<([A-Z]\w*)((?:[^<>"'{}]|"[^"]*"|'[^']*'|\{[^{}]*\})*)>/g)].map((match) => {
		const [, name = '', attributes = ''] = match;
		const attributesAt = match.index + 1 + name.length;
		const found = [...attributes.matchAll(/([A-Za-z][\w-]*)=(["'])(.*?)\2/g)].map((attribute) => {
			const valueAt = attributesAt + attribute.index + (attribute[1]?.length ?? 0) + 2;
			return [attribute[1] ?? '', { value: attribute[3] ?? '', position: positionAt(valueAt) }] as const;
		});
		return { name, position: positionAt(match.index), attributes: Object.fromEntries(found) };
	});
}
