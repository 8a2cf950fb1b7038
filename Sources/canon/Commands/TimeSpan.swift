import ArgumentParser

/// A span of time on the command line, such as `90d`, `12h`, `30m` or `10s`.
struct TimeSpan: ExpressibleByArgument, Equatable {
    let seconds: Double

    init?(argument: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = UInt32(argument.dropLast()), count > 0 else {
            return nil
        }
        seconds = Double(count) * unit
    }

    var defaultValueDescription: String { "\(Int(seconds))s" }
}
