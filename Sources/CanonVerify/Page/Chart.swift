import CanonAudit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A line chart as inline SVG: no script, no network, the colours of the page.
struct Chart {
    struct Series {
        var name: String
        /// A class of the page's style, which has the colour.
        var style: String
        /// Joined by a line up to the next gap: where nothing was measured, nothing is drawn.
        var runs: [[Point]]
        /// Whether each point shows itself, with its text, beside the line.
        var marksPoints = false

        var points: [Point] { runs.flatMap(\.self) }

        init(name: String, style: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.style = style
            runs = [points.map { Point(x: $0.x, y: $0.y) }]
        }

        /// - Parameter marked: a point each, nil for a gap.
        init(name: String, style: String, marked: [Point?]) {
            self.name = name
            self.style = style
            runs = marked.split(separator: nil).map { $0.compactMap(\.self) }
            marksPoints = true
        }
    }

    struct Point: Equatable {
        var x: Double
        var y: Double
        /// What it stands for, for whoever points at it.
        var text = ""
    }

    enum Scale {
        case linear
        /// Each step is ten times the one before; values below the least are drawn there.
        case logarithmic(least: Double)
    }

    var title: String
    /// What the vertical axis counts, such as `ms`.
    var unit: String
    var scale = Scale.linear
    /// The least value at which a linear axis may end.
    var most = 1.0
    var ticks: [(x: Double, text: String)]
    var series: [Series]

    private static let (width, height) = (720.0, 260.0)
    private static let (left, right, top, bottom) = (64.0, 28.0, 12.0, 32.0)

    func write(to page: inout HTMLText) {
        page.element("figure", "class=\"chart\"") { page in
            page.element("figcaption") { page in
                page.element("strong", "", title)
                for series in series { page.element("span", "class=\"key \(series.style)\"", series.name) }
            }
            let label = HTMLText.escaped("\(title), \(unit): " + series.map(\.name).joined(separator: ", "))
            page.markup(
                "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" aria-label=\"\(label)\">")
            drawAxes(on: &page)
            for series in series { draw(series, on: &page) }
            page.markup("</svg>")
        }
    }

    private func drawAxes(on page: inout HTMLText) {
        for value in levels {
            let y = position(y: value)
            page.markup(
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(y)\" y2=\"\(y)\"/>"
                    + "<text x=\"\(Self.left - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">")
            page.text("\(Self.number(value)) \(unit)")
            page.markup("</text>")
        }
        for tick in ticks {
            let x = position(x: tick.x)
            // A text in the middle of the last tick would run out of the drawing.
            let anchor = x > Self.width - Self.right - 1 ? "end" : "middle"
            let place = anchor == "end" ? Self.width - 4 : x
            page.markup("<text x=\"\(place)\" y=\"\(Self.height - 10)\" text-anchor=\"\(anchor)\">")
            page.text(tick.text)
            page.markup("</text>")
        }
    }

    private func draw(_ series: Series, on page: inout HTMLText) {
        for run in series.runs {
            if run.count > 1 {
                let points = run.map { "\(position(x: $0.x)),\(position(y: $0.y))" }
                page.markup("<polyline class=\"\(series.style)\" points=\"\(points.joined(separator: " "))\"/>")
            }
            guard series.marksPoints || run.count == 1 else { continue }
            for point in run {
                page.markup(
                    "<circle class=\"\(series.style)\" r=\"3\" cx=\"\(position(x: point.x))\" cy=\"\(position(y: point.y))\">"
                )
                if !point.text.isEmpty { page.element("title", "", point.text) }
                page.markup("</circle>")
            }
        }
    }

    // MARK: Places

    private var xs: [Double] { series.flatMap { $0.points.map(\.x) } + ticks.map(\.x) }
    private var greatest: Double { series.flatMap { $0.points.map(\.y) }.max() ?? 0 }
    private var end: Double { max(greatest, most) }

    private func position(x: Double) -> Double {
        let (least, most) = (xs.min() ?? 0, xs.max() ?? 1)
        let part = most > least ? (x - least) / (most - least) : 0
        return Self.rounded(Self.left + part * (Self.width - Self.left - Self.right))
    }

    private func position(y: Double) -> Double {
        let part: Double
        switch scale {
        case .linear:
            part = y / (levels.last ?? 1)
        case .logarithmic:
            let (least, most) = (log10(levels[0]), log10(levels[levels.count - 1]))
            part = max(0, log10(max(y, levels[0])) - least) / (most - least)
        }
        return Self.rounded(Self.height - Self.bottom - part * (Self.height - Self.top - Self.bottom))
    }

    /// Where the grid's lines are: two at least, the last not below any value.
    private var levels: [Double] {
        switch scale {
        case .linear:
            let step = Self.step(end / 4)
            return (0...Int((end / step).rounded(.up))).map { Double($0) * step }
        case .logarithmic(let least):
            let lowest = series.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }.min() ?? least
            var levels = [Self.power(lowest, least)]
            while levels.count < 2 || levels[levels.count - 1] < greatest {
                levels.append(levels[levels.count - 1] * 10)
            }
            return levels
        }
    }

    /// The power of ten that is not above the value, nor below the least.
    private static func power(_ value: Double, _ least: Double) -> Double {
        var power = least
        while power * 10 <= value { power *= 10 }
        return power
    }

    /// 1, 2 or 5 times a power of ten, not below the value.
    private static func step(_ value: Double) -> Double {
        var power = 1.0
        while power < value / 10 { power *= 10 }
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value } ?? 10 * power
    }

    static func number(_ value: Double) -> String {
        value >= 1 || value == 0 ? String(Int(value.rounded())) : String(value)
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

extension Chart {
    /// What a page needs beside ``HTMLStyle`` to show charts and tables of numbers.
    static let css = """
        .chart { margin: 1rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--surface) } \
        .chart svg { display: block; width: 100%; height: auto } .chart text { fill: var(--soft); font: 11px system-ui, sans-serif } \
        .grid { stroke: var(--line) } polyline { fill: none; stroke-width: 2 } .key { margin-inline-start: 1rem; font-size: .875rem } \
        .key::before { content: ""; display: inline-block; width: .75rem; height: .1875rem; margin-inline-end: .375rem; vertical-align: middle; background: currentColor } \
        .first { color: var(--accent); stroke: var(--accent) } .second { color: var(--warning); stroke: var(--warning) } \
        .third { color: var(--danger); stroke: var(--danger) } .key { stroke: none } circle { fill: currentColor } \
        table { border-collapse: collapse; width: 100% } th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: end; \
        font-variant-numeric: tabular-nums } th:first-child, td:first-child { text-align: start } .wide { overflow-x: auto; overflow-wrap: normal } \
        .wide th, .wide td { white-space: nowrap }
        """

    /// How many nines a percentile has: 1 for 90 per cent, 2 for 99, 3 for 99.9.
    static func nines(_ percentile: Double) -> Double { -log10(1 - percentile / 100) }
}
