/// How the page looks: the colours of the console, light and dark.
enum LogPageStyle {
    static let text = """
        :root { color-scheme: light dark; --paper: light-dark(#faf9f6, #171716); --surface: light-dark(#fff, #20201e); \
        --ink: light-dark(#1e1d1a, #edebe6); --soft: light-dark(#55514a, #b9b4ab); --line: light-dark(#e5e1d8, #32312d); \
        --sunken: light-dark(#f3f1ec, #121211); --accent: light-dark(#0f655c, #6bcab9); --danger: light-dark(#a32a1f, #ff9c90); \
        --danger-soft: light-dark(#fbebe8, #371d1a); --warning: light-dark(#7d4e00, #efc078); \
        --warning-soft: light-dark(#fcf2dc, #332814); --good: light-dark(#1b6b3a, #7dd39b) }
        * { box-sizing: border-box }
        body { max-width: 72rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem; background: var(--paper); color: var(--ink); \
        font: 400 1rem/1.55 Inter, system-ui, sans-serif; overflow-wrap: anywhere }
        h1 { margin: 0; font-size: 1.5rem } h2 { margin: 2rem 0 .75rem; font-size: 1.125rem } p { margin: .25rem 0 }
        .summary { margin-top: 1rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 10px; background: var(--surface) }
        .good { color: var(--good) } .bad { color: var(--danger) } .note, footer { color: var(--soft); font-size: .8125rem }
        .problem { border: 1px solid var(--line); border-bottom: 0; background: var(--surface) }
        .problem:last-of-type { border-bottom: 1px solid var(--line) }
        .problem > summary { display: grid; grid-template-columns: 2.5rem minmax(0, 1fr) auto auto 12rem; gap: 0 .75rem; align-items: center; \
        padding: .625rem 1rem; list-style: none; cursor: pointer }
        .priority, .state { padding: .0625rem .375rem; border-radius: 6px; background: var(--sunken); color: var(--soft); font-size: .75rem; \
        font-weight: 600; text-align: center }
        .p0, .p1, .regressed { background: var(--danger-soft); color: var(--danger) } .p2, .new { background: var(--warning-soft); color: var(--warning) }
        .resolved { color: var(--good) } .count { color: var(--soft); font-size: .875rem; text-align: right }
        .timeline { grid-column: 5; width: 100%; height: 24px } .timeline rect { fill: var(--accent) }
        .body { padding: 0 1rem 1rem 4.25rem } dl { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .125rem .75rem; margin: .25rem 0 }
        dt { color: var(--soft); font-size: .875rem } dd { margin: 0 } figure { margin: .75rem 0 0 }
        pre { margin: .25rem 0; padding: .5rem .75rem; border-radius: 6px; background: var(--sunken); white-space: pre-wrap; \
        font: .8125rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
        footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line) }
        @media (max-width: 45rem) { .problem > summary { grid-template-columns: 2.5rem minmax(0, 1fr) auto } .timeline { grid-column: 1 / -1 } .body { padding-left: 1rem } }
        @media print { details > * { display: block } }
        """
}
