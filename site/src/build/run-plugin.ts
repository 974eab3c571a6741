// Run plugin: turns ```sh run=manager1 into a code block with the node's name and a button that types it there.
import { type AnnotationRenderOptions, definePlugin, ExpressiveCodeAnnotation } from 'astro-expressive-code';
import { h, type Parents } from 'astro-expressive-code/hast';
import { findPlaceholders, type Placeholder } from '../model/placeholders.ts';
import { parseRunBlock } from '../model/run-block.ts';
import { strings } from '../strings.ts';

/** Behaviour comes from the custom element `lab-run`; without JavaScript a plain code block is left. */
export function runPlugin() {
	return definePlugin({
		name: 'shoal-run',
		hooks: {
			annotateCode({ codeBlock }) {
				for (const line of codeBlock.getLines()) {
					for (const found of findPlaceholders(line.text)) line.addAnnotation(new PlaceholderAnnotation(found));
				}
			},
			postprocessRenderedBlock({ codeBlock, renderData }) {
				const block = parseRunBlock(codeBlock.meta);
				if (!block) return;
				const { node, enter } = block;
				renderData.blockAst = h(
					'lab-run',
					{ 'data-node': node, 'data-command': codeBlock.code, 'data-enter': String(enter) },
					[
						h('div', { class: 'run-bar' }, [
							h('span', { class: 'run-node' }, node),
							h('button', { type: 'button', class: 'run-button', 'data-run': '' }, [
								h('span', { class: 'run-word' }, enter ? strings.run.run : strings.run.insert),
								h('span', { class: 'visually-hidden' }, ` ${enter ? 'on' : 'into'} ${node}`),
							]),
						]),
						renderData.blockAst,
						h('p', { class: 'run-note', role: 'status' }),
					],
				);
			},
		},
	});
}

class PlaceholderAnnotation extends ExpressiveCodeAnnotation {
	readonly placeholder: Placeholder;

	constructor(placeholder: Placeholder) {
		super({ inlineRange: { columnStart: placeholder.from, columnEnd: placeholder.to }, renderPhase: 'latest' });
		this.placeholder = placeholder;
	}

	/** Highlighting may have cut the placeholder into parts; the first carries the words, the others nothing. */
	render({ nodesToTransform }: AnnotationRenderOptions): Parents[] {
		return nodesToTransform.map((_, at) =>
			at === 0
				? h('span', { class: 'value', title: strings.run.value(this.placeholder.name) }, this.placeholder.words)
				: h('span'),
		);
	}
}
