// What a page without a lesson needs.
import '../elements/lab-theme.ts';
