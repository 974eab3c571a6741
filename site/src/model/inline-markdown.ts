// Inline Markdown: the little of it that hints and explanations use.

export interface Span {
	type: 'text' | 'code' | 'strong' | 'em';
	text: string;
}

/** Splits `` `code` ``, `**strong**` and `*em*` from plain text. Whatever is not closed stays as it is. */
export function parseInline(source: string): Span[] {
	const spans: Span[] = [];
	let rest = 0;
	for (const match of source.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g)) {
		if (match.index > rest) spans.push({ type: 'text', text: source.slice(rest, match.index) });
		const [whole, code, strong, em] = match;
		if (code !== undefined) spans.push({ type: 'code', text: code });
		else if (strong !== undefined) spans.push({ type: 'strong', text: strong });
		else spans.push({ type: 'em', text: em ?? '' });
		rest = match.index + whole.length;
	}
	if (rest < source.length) spans.push({ type: 'text', text: source.slice(rest) });
	return spans;
}
