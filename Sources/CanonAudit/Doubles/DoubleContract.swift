import CanonCodeModel
import CanonFacts

/// A double of tests beside the class that it stands for: what that promises, and what the double keeps.
public struct DoubleContract: Sendable {
    /// One public method of either.
    public struct Method: Sendable {
        public enum State: Hashable, Sendable {
            case kept
            case missing
            /// The class has no such method.
            case extra
            /// In what, in a few words: `not async`, `no argument amount`.
            case differs(String)
        }

        public var name: String
        public var state: State
        /// `async def pay(order, amount=…)`; nil where there is none.
        public var promised: String?
        public var doubled: String?
        /// Where live code that uses the class calls something of this name.
        public var callers: [Finding.Place]
        /// What takes the place of a method that is missing; nil for the others.
        public var stub: FailingStub?
    }

    public var double: String
    public var path: String
    /// Of the word `class`, from 1.
    public var line: Int
    public var production: String
    public var productionPlace: Finding.Place
    /// By name.
    public var methods: [Method]

    public var missing: [Method] { methods.filter { $0.state == .missing } }
    /// What only people can mend.
    public var others: [Method] {
        methods.filter { if case .differs = $0.state { true } else { $0.state == .extra } }
    }

    /// The contracts of all doubles that drifted as `mock-drift` reports it, in the order of their places.
    public static func drifted(in context: RuleContext) -> [DoubleContract] {
        var pairs = MockPairs(context)
        let contracts = pairs.find(context).compactMap { pair -> DoubleContract? in
            let drift = MockDrift(of: pair, context.model)
            guard MockDriftRule.isReported(drift, of: pair, &pairs, context) else { return nil }
            return DoubleContract(pair, drift, pairs, context)
        }
        return contracts.sorted { ($0.path, $0.line) < ($1.path, $1.line) }
    }

    private init(_ pair: MockPairs.Pair, _ drift: MockDrift, _ pairs: MockPairs, _ context: RuleContext) {
        let model = context.model
        func place(_ place: Place) -> Finding.Place {
            Finding.Place(path: model.path(of: place.file), line: Int(place.line))
        }
        func described(_ name: String, _ method: ObjectID?) -> String? {
            method.flatMap { model.signature(of: $0) }.map { MockDrift.describe(name, $0) }
        }
        let own = place(model.place(of: pair.mock))
        double = model.symbol(of: pair.mock)
        (path, line) = (own.path, own.line)
        let symbol = model.symbol(of: pair.production)
        production = symbol
        productionPlace = place(model.place(of: pair.production))
        let missing = Set(drift.missing)
        let extra = Set(drift.extra)
        let differences = Dictionary(
            drift.mismatches.map { ($0.name, $0.difference) }, uniquingKeysWith: { first, _ in first })
        // A subclass has what it does not override.
        let names = pair.evidence == .subclass ? Set(drift.own.keys) : Set(drift.contract.keys).union(drift.own.keys)
        let callers = pairs.callers(of: names, on: pair.production, context)
        methods = names.sorted().map { name in
            let promise = drift.contract[name]
            let state: Method.State
            if missing.contains(name) {
                state = .missing
            } else if let difference = differences[name] {
                state = .differs(difference)
            } else {
                state = extra.contains(name) ? .extra : .kept
            }
            return Method(
                name: name, state: state, promised: described(name, promise), doubled: described(name, drift.own[name]),
                callers: (callers[name] ?? []).map(place),
                stub: state == .missing
                    ? promise.flatMap { model.signature(of: $0) }.map {
                        FailingStub(name: name, signature: $0, contract: "\(symbol).\(name)")
                    } : nil)
        }
    }
}
