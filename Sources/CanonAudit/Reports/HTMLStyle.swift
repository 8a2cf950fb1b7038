/// How the page looks: the colours of the console, light and dark.
package enum HTMLStyle {
    package static let text = """
        :root { color-scheme: light dark; --paper: light-dark(#faf9f6, #171716); --surface: light-dark(#fff, #20201e); \
        --ink: light-dark(#1e1d1a, #edebe6); --soft: light-dark(#55514a, #b9b4ab); --line: light-dark(#e5e1d8, #32312d); \
        --sunken: light-dark(#f3f1ec, #121211); --accent: light-dark(#0f655c, #6bcab9); --accent-soft: light-dark(#e2efec, #1b322e); \
        --danger: light-dark(#a32a1f, #ff9c90); --danger-soft: light-dark(#fbebe8, #371d1a); --warning: light-dark(#7d4e00, #efc078); \
        --warning-soft: light-dark(#fcf2dc, #332814); --good: light-dark(#1b6b3a, #7dd39b) }
        * { box-sizing: border-box }
        body { max-width: 72rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem; background: var(--paper); color: var(--ink); \
        font: 400 1rem/1.55 Inter, system-ui, sans-serif; overflow-wrap: anywhere }
        h1 { margin: 0; font-size: 1.5rem } h2 { margin: 2.5rem 0 .75rem; font-size: 1.125rem } h3 { margin: 1.5rem 0 .5rem; font-size: 1rem }
        p { margin: .25rem 0 } code { font: .8125rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
        .summary { display: flex; gap: 2rem; align-items: center; flex-wrap: wrap; margin-top: 1rem; padding: 1rem 1.25rem; \
        border: 1px solid var(--line); border-radius: 10px; background: var(--surface) }
        .score { color: var(--soft) } .score strong { color: var(--ink); font-size: 1.75rem } .note, footer { color: var(--soft); font-size: .8125rem }
        .good { color: var(--good) } .bad { color: var(--danger) }
        .concept { margin: 0 0 1.25rem; padding: .25rem 1.25rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--surface) }
        details > summary { cursor: pointer } .concept details > summary { color: var(--accent); font-size: .875rem }
        .symbols { margin: .25rem 0; padding-inline-start: 1.25rem; columns: 24rem }
        .finding { border: 1px solid var(--line); border-bottom: 0; background: var(--surface) }
        .finding:last-of-type { border-bottom: 1px solid var(--line) }
        .finding > summary { display: grid; grid-template-columns: 5rem minmax(0, 1fr); gap: 0 .75rem; padding: .625rem 1rem; list-style: none }
        .finding > summary > :not(.severity) { grid-column: 2 } .finding > summary > code, .rule { color: var(--soft) } .rule { font-size: .8125rem }
        .severity { grid-row: span 3; align-self: start; padding: .0625rem .375rem; border-radius: 6px; background: var(--sunken); \
        color: var(--soft); font-size: .75rem; font-weight: 600; text-align: center }
        .severity.critical, .severity.high { background: var(--danger-soft); color: var(--danger) }
        .severity.medium { background: var(--warning-soft); color: var(--warning) }
        .body { padding: 0 1rem 1rem 6.75rem } .evidence { display: grid; gap: .375rem; margin: .25rem 0; padding: 0; list-style: none }
        .evidence li { display: grid } .evidence .place { color: var(--soft) }
        .evidence code:last-child { padding: .125rem .5rem; border-radius: 6px; background: var(--sunken); white-space: pre-wrap }
        footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line) }
        .map { display: block; width: 100%; height: auto; margin: .75rem 0 }
        .map text { fill: var(--ink); font: 11px ui-monospace, "DejaVu Sans Mono", monospace } .map .column { fill: var(--soft) } .map .small { fill: var(--soft); font-size: 9.5px }
        .map rect { fill: var(--sunken); stroke: var(--line) } .map .canonical rect, .map .registered rect { fill: var(--accent-soft); stroke: var(--accent) }
        .map .other rect, .map .box.wrong rect { fill: var(--danger-soft); stroke: var(--danger) } .map .adapter rect { fill: var(--warning-soft); stroke: var(--warning) }
        .way { fill: none; opacity: .45 } .way.registered { stroke: var(--accent) } .way.wrong { stroke: var(--danger) }
        @media print { details > * { display: block } }
        """
}
