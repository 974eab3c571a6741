// Expressive Code: how code blocks in lessons look.
import type { AstroExpressiveCodeOptions } from 'astro-expressive-code';
import { runPlugin } from './run-plugin.ts';

export const expressiveCodeOptions: AstroExpressiveCodeOptions = {
	plugins: [runPlugin()],
	themes: ['github-light', 'github-dark'],
	themeCssSelector: (theme) => `[data-theme='${theme.type}']`,
	useDarkModeMediaQuery: true,
	minSyntaxHighlightingColorContrast: 5.5,
	defaultProps: { wrap: true, preserveIndent: true, overridesByLang: { 'sh,bash,shell': { frame: 'none' } } },
	cascadeLayer: 'code',
	styleOverrides: {
		borderRadius: '0',
		borderColor: 'transparent',
		borderWidth: '0px',
		codeFontFamily: 'var(--mono)',
		codeFontSize: '0.875rem',
		codeLineHeight: '1.6',
		codePaddingBlock: '0.75rem',
		codePaddingInline: '1rem',
		codeBackground: 'var(--code)',
		uiFontFamily: 'var(--text)',
		focusBorder: 'var(--sea)',
		frames: {
			frameBoxShadowCssValue: 'none',
			tooltipSuccessBackground: 'var(--pass)',
		},
	},
};
