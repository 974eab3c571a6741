// Strings: every word of the user interface. Lessons bring their own.

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

const noRunner = 'The text is all here, but no runner answers at this address, so there are no machines to work on.';

export const strings = {
	product: 'Shoal',
	tagline: 'A real Docker Swarm to practise on, in your browser.',

	course: {
		lead: 'Read on the left, work on the right: machines that are yours alone, with a terminal in each. Every step ticks itself off as soon as your swarm gets there.',
		begin: (title: string) => `Start with “${title}”`,
		goOn: (title: string) => `Go on with “${title}”`,
		again: 'All done. Do it again?',
		lessons: 'Lessons',
		minutes: (minutes: number) => `${minutes} min`,
		total: (lessons: number, minutes: number) => `${plural(lessons, 'lesson', 'lessons')}, about ${minutes} minutes`,
		nodes: (managers: number, workers: number) =>
			workers === 0
				? plural(managers, 'manager', 'managers')
				: `${plural(managers, 'manager', 'managers')}, ${plural(workers, 'worker', 'workers')}`,
		steps: (count: number) => plural(count, 'step', 'steps'),
		progress: (passed: number, count: number) => (passed === count ? 'Done' : `${passed} of ${count} steps done`),
		empty: 'No lessons yet.',
		facts: [
			{
				title: 'Real machines',
				text: 'Every node runs its own Docker Engine. What you learn here is what production does, errors and all.',
			},
			{
				title: 'Checks that watch',
				text: 'No “verify” button. The page sees what your swarm does, ticks the step, or says what is still missing.',
			},
			{
				title: 'Nothing to break',
				text: 'The swarm is yours alone, and a fresh one takes seconds. Pull a machine out of it and watch it heal.',
			},
		],
	},

	lesson: {
		skip: 'Skip to the lesson',
		breadcrumb: 'Course',
		regionText: 'Lesson',
		regionWork: 'Your swarm',
		regionHeader: 'Lesson bar',
		tabText: 'Text',
		tabTerminal: 'Terminal',
		panes: 'Parts of the page',
		divider: 'Width of the lesson text',
		previous: 'Previous',
		next: 'Next',
		finish: 'Back to the course',
		minutes: (minutes: number) => `${minutes} minutes`,
		progress: (passed: number, count: number) => `${passed} of ${count} steps`,
		progressLabel: 'Progress in this lesson',
	},

	step: {
		number: (number: number, count: number) => `Step ${number} of ${count}`,
		status: { open: 'Open', 'not-yet': 'Not yet', 'cannot-tell': 'Cannot tell', passed: 'Done' },
		hint: (next: number, count: number) => (count === 1 ? 'Hint' : `Hint ${next} of ${count}`),
		hintLabel: (number: number) => `Hint ${number}`,
		solution: 'Show solution',
		solutionTitle: 'Solution',
		hideSolution: 'Hide solution',
		passed: (number: number, count: number, text: string) => `Step ${number} of ${count} is done: ${text}`,
		allPassed: 'That was the last step of this lesson.',
	},

	run: {
		run: 'Run',
		insert: 'Insert',
		label: (node: string) => `Run on ${node}`,
		insertLabel: (node: string) => `Insert on ${node}`,
		busy: 'Running…',
		waiting: 'Waiting for your swarm…',
		value: (name: string) => `${name}: filled in when the command is run`,
		copy: 'Copy',
		copied: 'Copied',
	},

	sandbox: {
		asking: 'Looking for your swarm…',
		title: 'Machines for this lesson',
		start: 'Start your swarm',
		startNote: {
			formed: 'They are one swarm already. It takes a few seconds.',
			unformed: 'They do not know each other yet; that is your work. It takes a few seconds.',
		},
		nodes: (managers: number, workers: number) =>
			`${plural(managers + workers, 'machine', 'machines')} of your own, each with its own Docker Engine and terminal.`,
		making: 'Making your swarm',
		makingNote: 'You can read on; the terminals open by themselves.',
		stage: {
			network: 'Network',
			nodes: 'Machines',
			engines: 'Docker Engines',
			images: 'Images',
			swarm: 'Swarm',
		},
		stageState: { waiting: 'waiting', running: 'under way', done: 'done', failed: 'failed' },
		failedTitle: 'That did not work',
		retry: 'Try again',
		endedTitle: 'This swarm has ended',
		ended: 'A swarm that nobody uses is removed after a while, with all that was in it. Your ticks are kept.',
		again: 'Start a new swarm',
		noRunnerTitle: 'No runner here',
		noRunner,
		noRunnerHow: 'To work along, start Shoal on your own machine and open the address that it prints:',
		noRunnerCommand: 'npm start',
		noScript: 'The machines need JavaScript. The lesson does not: the whole text is here.',
		renew: 'New swarm',
		renewTitle: 'Throw this swarm away?',
		renewText: 'All its machines are removed, with everything in them, and you get fresh ones. Your ticks are kept.',
		renewConfirm: 'Throw away and start new',
		cancel: 'Keep it',
		lease: (clock: string) => `Ends in ${clock}`,
		extend: 'Extend',
		extended: 'You have more time now.',
		leaseSoon: (minutes: number) =>
			`Your swarm ends in ${plural(minutes, 'minute', 'minutes')}. Extend it with the button above the terminals.`,
		ready: 'Your swarm is ready.',
	},

	connection: {
		lost: 'Connection lost; your shells go on. Trying again',
		retryIn: (seconds: number) => `Connection lost; your shells go on. Trying again in ${seconds} s`,
		retryNow: 'Try now',
		back: 'Connected again.',
	},

	cluster: {
		title: 'Cluster',
		map: 'Map',
		table: 'Table',
		view: 'Show the cluster as a table',
		manager: 'Manager',
		worker: 'Worker',
		leader: 'Manager, leader',
		ready: 'Ready',
		down: 'Down',
		drained: 'Drained',
		paused: 'Paused',
		locked: 'Locked',
		error: 'Error',
		joining: 'Joining',
		outside: 'Not in a swarm',
		unreachable: 'Unreachable',
		engineDown: 'Engine down',
		unknown: 'Unknown',
		leaving: 'stopping',
		noTasks: 'no tasks',
		waiting: 'Waiting for a node',
		services: 'Services',
		noServices: 'No services yet',
		running: (running: number, replicas: number) => `${running}/${replicas}`,
		runningLong: (running: number, replicas: number) => `${running} of ${replicas} run`,
		noSwarm: (count: number) => `${plural(count, 'machine', 'machines')}, no swarm yet`,
		noLeader: 'The swarm has no leader: its managers are not enough for a decision',
		unknownSwarm: 'No machine answers right now',
		formed: (managers: number, workers: number, services: number) =>
			`${plural(managers, 'manager', 'managers')} and ${plural(workers, 'worker', 'workers')} ready, ${plural(services, 'service', 'services')}`,
		columns: { node: 'Node', role: 'Role', status: 'Status', tasks: 'Tasks' },
		loading: 'Asking the machines…',
		open: (node: string) => `Open the terminal of ${node}`,
	},

	terminal: {
		tabs: 'Terminals',
		title: (node: string) => `Terminal of ${node}`,
		connecting: 'Opening…',
		lost: 'Opening it again…',
		ended: (reason: string) => `The shell has ended${reason ? `: ${reason}` : ''}.`,
		reopen: 'Open a new shell',
		retry: 'Try again',
		fullScreen: 'Full screen',
		leaveFullScreen: 'Leave full screen',
		leave: 'F6 leaves the terminal.',
		leaveNote: 'F6 leaves the terminal · Alt+Enter full screen',
		copied: 'Copied',
		reader: 'Screen reader mode',
		softKeys: 'Keys',
		soft: { tab: 'Tab', ctrl: 'Ctrl', escape: 'Esc', left: 'Left', up: 'Up', down: 'Down', right: 'Right' },
	},

	theme: {
		label: { system: 'Theme: system', dark: 'Theme: dark', light: 'Theme: light' },
	},

	keys: {
		open: 'Keys and help',
		title: 'Keys',
		close: 'Close',
		list: [
			[['F6'], 'Next part of the page; also leaves a terminal'],
			[['Shift', 'F6'], 'Previous part of the page'],
			[['Ctrl', 'Alt', '1'], 'Terminal of the first node; 2, 3, … for the others'],
			[['Alt', 'Enter'], 'Terminal full screen, and back'],
			[['Ctrl', 'Shift', 'C'], 'Copy the selection'],
			[['Ctrl', 'C'], 'Copy when something is selected in the terminal, interrupt the program when not'],
			[['Ctrl', 'V'], 'Paste; Ctrl+Shift+V and the right mouse button do the same'],
			[['?'], 'This list, outside a terminal'],
		] as [string[], string][],
		tabNote: 'Tab belongs to the shell, which completes words with it.',
	},

	troubles: {
		about: (nodes: readonly string[], text: string) => `${nodes.join(', ')}: ${text}`,
		dismiss: 'Dismiss',
	},

	problem: {
		offline: 'The runner does not answer. Is the network there?',
		noRunner,
		noRunnerHere: { code: 'page.no-runner', message: noRunner, retry: false },
		sandboxGone: { code: 'sandbox.not-found', message: 'This swarm is gone. Start a new one.', retry: true },
		tooSlow: { code: 'page.timeout', message: 'Your swarm is not ready yet. Try again when it is.', retry: true },
		noTerminal: (node: string) => ({
			code: 'page.timeout',
			message: `The terminal of ${node} does not open. Try again.`,
			retry: true,
		}),
		noAnswer: {
			code: 'page.timeout',
			message: 'No answer. Look at the terminal before you run it again.',
			retry: true,
		},
		notConnected: { code: 'page.offline', message: 'The connection is down. Try again when it is back.', retry: true },
		noSuchNode: (node: string, nodes: readonly string[]) => ({
			code: 'sandbox.node-not-found',
			message: `This lesson has no node ${node}. It has ${nodes.join(', ')}.`,
			retry: false,
		}),
	},

	notFound: {
		title: 'Nothing swims here',
		text: 'There is no page at this address. It may have been a lesson that got another name.',
		back: 'To the course',
	},
} as const;
