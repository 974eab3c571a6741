// Image name: whether two spellings name the same image.

/** True for `nginx`, `nginx:latest` and `docker.io/library/nginx:latest`: Docker takes them for one. */
export function sameImage(a: string, b: string): boolean {
	return fullName(a) === fullName(b);
}

function fullName(image: string): string {
	const name = image
		.replace(/@sha256:.*$/, '')
		.replace(/^(index\.)?docker\.io\//, '')
		.replace(/^library\//, '');
	return /:[^/]+$/.test(name) ? name : `${name}:latest`;
}
