import CanonCodeModel
import CanonFacts

/// State of a process that requests of different users reach.
enum SharedUserStateRule: Rule {
    static let identity = RuleIdentity(
        "shared-user-state", severity: .high,
        summary: """
            A container, a variable or the state of a single object that the whole process shares is changed by code that requests \
            reach: one user's data lies beside another's.
            """,
        exceptions: """
            What only changes while modules load, constants, loggers, routers, locks, ContextVar, fields of records, results kept \
            for each user.
            """)

    static let rationale = """
        A process serves many users at the same time. What it has once belongs to all of them: a list of connections, a dict of \
        sessions, a "current user". Nothing but the care of each line of code keeps one user's entry from another, a second \
        process does not have it at all, and what is never taken out stays until the next start.
        """
    static let remedy = """
        Keep it with the request or the connection that it belongs to, or in a store that asks for the user; let one owner hold \
        what must be shared, and hand out only what belongs to the caller.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A dict of all users' sessions in a module",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    from shop import sessions


                    @app.post("/login")
                    async def login(user_id: str):
                        sessions.start(user_id)
                    """),
                RuleExample.File(
                    "shop/sessions.py",
                    """
                    ↓
                    _active = {}


                    def start(user_id):
                        _active[user_id] = object()
                    """)),
            RuleExample(
                "One manager for the process, which keeps everybody's connections",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/manager.py",
                    """
                    class Manager:
                        def __init__(self):
                            ↓
                            self.connections = []

                        async def connect(self, websocket):
                            self.connections.append(websocket)

                        async def broadcast(self, text):
                            for websocket in self.connections:
                                await websocket.send_text(text)
                    """),
                RuleExample.File(
                    "shop/api.py",
                    """
                    from shop.manager import Manager

                    manager = Manager()


                    @app.websocket("/ws")
                    async def chat(websocket: WebSocket):
                        await manager.connect(websocket)
                    """)),
            RuleExample(
                "Made on first use, and by a cached function",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/manager.py",
                    """
                    from functools import lru_cache

                    _manager = None


                    class Manager:
                        def __init__(self):
                            ↓
                            self.sessions = {}

                        def open(self, user_id):
                            self.sessions[user_id] = 1


                    class Basket:
                        def __init__(self):
                            ↓
                            self.items = {}

                        def put(self, user_id, item):
                            self.items.setdefault(user_id, []).append(item)


                    def get_manager():
                        global _manager
                        if _manager is None:
                            _manager = Manager()
                        return _manager


                    @lru_cache
                    def get_basket():
                        return Basket()
                    """),
                RuleExample.File(
                    "shop/api.py",
                    """
                    from shop.manager import get_basket, get_manager


                    @app.get("/open")
                    def open_shop(request: Request):
                        get_manager().open(request.user)
                        get_basket().put(request.user, 1)
                    """)),
            RuleExample(
                "A container of a class is one for all of its instances",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    class Cart:
                        ↓
                        items = []

                        def put(self, user, item):
                            self.items.append((user, item))


                    @app.post("/cart")
                    def put(user: str, item: str):
                        Cart().put(user, item)
                    """)),
            RuleExample(
                "The user of whichever request came last",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    ↓
                    current_user = None


                    @app.get("/me")
                    def me(user: str):
                        global current_user
                        current_user = user
                        return greet()


                    def greet():
                        return current_user
                    """)),
            RuleExample(
                "What a request changes, and nobody can tell whose it is",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    ↓
                    prices = {}


                    @app.get("/price/{item}")
                    def price(item: str):
                        prices[item] = 1
                        return prices[item]
                    """)),
        ],
        clean: [
            RuleExample(
                "Filled while modules load, and only read afterwards",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    import logging

                    logger = logging.getLogger(__name__)
                    router = APIRouter()
                    USERS = {"root": 1}
                    USERS["guest"] = 2
                    HANDLERS = {}


                    def handles(name):
                        def decorate(function):
                            HANDLERS[name] = function
                            return function
                        return decorate


                    @handles("user")
                    def user_created(event):
                        return USERS.get(event)


                    @router.get("/users")
                    def users(request: Request):
                        logger.info("users")
                        return HANDLERS["user"](request)
                    """)),
            RuleExample(
                "One for each context, and nothing but a lock",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    import asyncio
                    from contextvars import ContextVar

                    current_user = ContextVar("current_user", default=None)
                    user_lock = asyncio.Lock()


                    @app.get("/me")
                    async def me(user: str):
                        async with user_lock:
                            current_user.set(user)
                    """)),
            RuleExample(
                "A variable of the function, a field of the instance, a field of a record",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    from dataclasses import dataclass, field

                    sessions = {}


                    @dataclass
                    class Page:
                        users: list = field(default_factory=list)


                    class Cart:
                        users = []

                        def __init__(self):
                            self.users = []

                        def put(self, user):
                            self.users.append(user)


                    @app.post("/cart")
                    def put(user: str):
                        sessions = {}
                        sessions[user] = Cart()
                        sessions[user].put(user)
                        Page().users.append(user)
                        return sessions
                    """)),
            RuleExample(
                "No request reaches it",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/importer.py",
                    """
                    users = {}


                    def load(user_id):
                        users[user_id] = 1
                    """),
                RuleExample.File("shop/api.py", "@app.get(\"/\")\ndef root():\n    return 1\n")),
            RuleExample(
                "A flag and a counter",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/api.py",
                    """
                    is_ready = False
                    count = 0


                    @app.get("/ready")
                    def ready(user: str):
                        global is_ready, count
                        is_ready = True
                        count += 1
                        return is_ready
                    """)),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        let requests = RequestHandlers(context)
        guard !requests.isEmpty else { return }
        let shared = SharedStates(context)
        findings.examined += shared.states.count
        var sources: [FileID: SourceLines] = [:]
        for (state, touches) in zip(shared.states, shared.touches) {
            guard !touches.isEmpty else { continue }
            var judgement = SharedStateJudgement(
                state: state, touches: touches, requests: requests, model: context.model)
            judgement.judge()
            guard judgement.isChangedByRequests || judgement.refutation != nil else { continue }
            for touch in judgement.changes where sources[touch.file] == nil {
                sources[touch.file] = context.tree.bytes(of: context.path(of: touch.file)).map { SourceLines($0) }
            }
            judgement.findUser(in: sources)
            report(judgement, shared.symbol(of: state), sources, context, &findings)
        }
    }

    private static func report(
        _ judgement: SharedStateJudgement, _ symbol: String, _ sources: [FileID: SourceLines],
        _ context: borrowing RuleContext,
        _ findings: inout FindingCollector
    ) {
        let model = context.model
        let state = judgement.state
        let path = context.path(of: state.file)
        let name = model.facts(of: state.file).names[state.name]
        var evidence = [
            Evidence(
                path: path, line: Int(state.line),
                text: sources[state.file]?.text(line: Int(state.line)) ?? "\(name) is made once")
        ]
        if let holder = state.holder {
            evidence.append(
                Evidence(
                    path: context.path(of: holder.file), line: Int(holder.line),
                    text: holder.isLazy
                        ? "\(holder.symbol) keeps the one instance, made on first use"
                        : "\(holder.symbol) is the one instance"))
        }
        for touch in judgement.changes.prefix(8) {
            let text = sources[touch.file]?.text(line: Int(touch.line)) ?? touch.prefix
            evidence.append(Evidence(path: context.path(of: touch.file), line: Int(touch.line), text: text))
        }
        if let function = judgement.reached {
            for step in judgement.requests.chain(to: function) {
                let way = judgement.requests.ways[step.object]
                var text = "a request calls \(model.qualifiedName(of: step.object))"
                if way?.from != nil { text = "which calls \(model.qualifiedName(of: step.object))" }
                if let type = way?.type {
                    text = "which gets a \(model.name(of: type)), so that it may call \(model.name(of: step.object))"
                }
                evidence.append(Evidence(path: context.path(of: step.object.file), line: Int(step.line), text: text))
            }
        }
        let related = state.holder.map { [$0.symbol] } ?? []
        if let refutation = judgement.refutation {
            // Nobody would suspect what holds nothing of a user.
            guard judgement.user != nil else { return }
            findings.clear(
                [symbol] + related, at: path, line: Int(state.line), message: "\(symbol): \(refutation)",
                evidence: evidence)
            return
        }
        let place =
            state.holder.map { "the one instance that \($0.symbol) keeps" }
            ?? (state.owner == FileFacts.noIndex ? "a module" : "a class")
        var message = "\(symbol) belongs to \(place), so requests of all users share it; "
        switch judgement.user {
        case .key(let text): message += "its entries are kept by \(text)"
        case .element(let text): message += "it collects \(text)"
        case .value(let text): message += "a request binds it to \(text)"
        case .named(let text): message += "its \(text) speaks of users"
        case nil: message += "whether it holds a user's data cannot be told"
        }
        if judgement.isTakenWhole { message += ", and it is read as a whole" }
        let owner = ObjectID(file: state.file, index: state.owner)
        findings.add(
            [symbol] + related, at: path, line: Int(state.line), severity: judgement.severity,
            confidence: judgement.confidence, message: message, evidence: evidence,
            concept: state.owner == FileFacts.noIndex ? nil : context.concept(of: owner)?.name,
            consumers: Set(judgement.changes.map(\.file)).count)
    }
}
