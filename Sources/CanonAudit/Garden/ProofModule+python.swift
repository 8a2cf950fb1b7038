extension ProofModule {
    /// The source, for Python 3.8 and later. It imports, reads sources, and does nothing else.
    public var source: String {
        var parts = [head, Self.helpers, canonicalTest]
        if !paths.isEmpty { parts.append(pathTest) }
        if !factoryPaths.isEmpty { parts.append(factoryTest) }
        if !strays.isEmpty { parts.append(strayTest) }
        if Set(owners.map(\.path)).count > 1 { parts.append(ownerTest) }
        if !implementations.isEmpty || !doubles.isEmpty { parts.append(contractTest) }
        return parts.map { $0.trimmingLines() }.joined(separator: "\n\n\n") + "\n"
    }

    private var head: String {
        """
        \"\"\"One object, whatever path leads to it: \(canonical.module).\(canonical.name)

        These tests fail while several stand where one should, and pass when every path leads to the one object or is gone. They
        import modules, read their sources, and do nothing else. Run them where the modules of the program can be imported:
        python -m pytest

        Written by `canon garden tests`, which writes it anew after a change of the program.
        \"\"\"

        \(Self.mark)\(TrackingMarkers.encoded(concept))

        import ast
        import importlib
        import importlib.util
        import inspect
        import textwrap

        import pytest

        CANONICAL = \(Self.tuple(canonical))
        GONE = object()

        """
    }

    private static let helpers = """
        def load(module):
            \"\"\"A module, or GONE when it was removed. One that is there and fails is an error.\"\"\"
            try:
                return importlib.import_module(module)
            except ModuleNotFoundError as error:
                missing = error.name or ""
                if missing and (module + ".").startswith(missing + "."):
                    return GONE
                raise


        def find(module, name):
            \"\"\"What stands at a path, or GONE when the path was removed.\"\"\"
            found = load(module)
            for part in name.split("."):
                if found is GONE:
                    return GONE
                found = getattr(found, part, GONE)
            return found


        """

    private var canonicalTest: String {
        """
        def \(Self.everyTest)():
            assert find(*CANONICAL) is not GONE, "the canonical object must be importable: %s.%s" % CANONICAL


        """
    }

    private var pathTest: String {
        """
        # Names that lead to the canonical object, or to what stands in its place.
        PATHS = \(Self.list(paths))


        @pytest.mark.parametrize(("module", "name"), PATHS)
        def test_every_path_leads_to_the_one_object(module, name):
            found = find(module, name)
            assert found is GONE or found is find(*CANONICAL), "%s.%s is another object: %r" % (module, name, found)


        """
    }

    private var factoryTest: String {
        """
        FACTORY = \(factory.map(Self.tuple) ?? "None")
        FACTORY_PATHS = \(Self.list(factoryPaths))


        @pytest.mark.parametrize(("module", "name"), FACTORY_PATHS)
        def test_every_path_leads_to_the_one_factory(module, name):
            found = find(module, name)
            assert found is GONE or found is find(*FACTORY), "%s.%s is another factory: %r" % (module, name, found)


        """
    }

    private var strayTest: String {
        """
        # Modules that use it, and what they take from where it should not be taken.
        CONSUMERS = [
        \(strays.map { "    (\(Self.text($0.consumer)), \(Self.text($0.path.module)), \(Self.text($0.path.name)))," }.joined(separator: "\n"))
        ]


        def takes(consumer, module, name):
            \"\"\"Whether the source of a module takes a name from another one. The module itself is not run.\"\"\"
            try:
                spec = importlib.util.find_spec(consumer)
            except ModuleNotFoundError:
                return False
            if spec is None or not (spec.origin or "").endswith(".py"):
                return False
            package = consumer if spec.submodule_search_locations is not None else consumer.rpartition(".")[0]
            with open(spec.origin, "rb") as file:
                tree = ast.parse(file.read())
            modules = set()
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    base = node.module or ""
                    if node.level:
                        base = importlib.util.resolve_name("." * node.level + base, package)
                    for alias in node.names:
                        if base == module and alias.name in (name, "*"):
                            return True
                        modules.add(base + "." + alias.name)
                elif isinstance(node, ast.Import):
                    modules.update(alias.name for alias in node.names)
            return module in modules and any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(tree))


        @pytest.mark.parametrize(("consumer", "module", "name"), CONSUMERS)
        def test_consumers_take_it_by_a_registered_path(consumer, module, name):
            assert not takes(consumer, module, name), "%s takes %s from %s" % (consumer, name, module)


        """
    }

    private var ownerTest: String {
        """
        # Classes that keep what there should be one of, with the attribute that keeps it.
        OWNERS = [
        \(owners.map { "    (\(Self.text($0.path.module)), \(Self.text($0.path.name)), \(Self.text($0.attribute)))," }.joined(separator: "\n"))
        ]


        def keeps(found, attribute):
            \"\"\"Whether the source of a class gives a value to the attribute, of the class or of its instances.\"\"\"
            if not inspect.isclass(found):
                return False
            try:
                tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
            except OSError:
                return False
            for node in ast.walk(tree):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
                for target in targets:
                    if isinstance(target, ast.Attribute) and target.attr == attribute:
                        return True
                    if isinstance(target, ast.Name) and target.id == attribute and node in tree.body[0].body:
                        return True
            return False


        def test_one_class_owns_the_state():
            owners = {}
            for module, name, attribute in OWNERS:
                found = find(module, name)
                if found is not GONE and keeps(found, attribute):
                    owners.setdefault(id(found), "%s.%s.%s" % (module, name, attribute))
            assert len(owners) <= 1, "several classes own it: " + ", ".join(sorted(owners.values()))


        """
    }

    private var contractTest: String {
        """
        # Other implementations owe every public method; doubles owe those that consumers call, and the signature of each that they have.
        IMPLEMENTATIONS = \(Self.list(implementations))
        DOUBLES = \(Self.list(doubles))
        CALLED = \(Self.strings(called))


        def methods(found):
            \"\"\"The public methods and properties of a class, by name.\"\"\"
            public = {name: inspect.getattr_static(found, name) for name in dir(found) if not name.startswith("_")}
            return {name: value for name, value in public.items() if isinstance(value, property) or callable(unwrapped(value))}


        def unwrapped(value):
            return value.__func__ if isinstance(value, (staticmethod, classmethod)) else value


        def shape(value):
            \"\"\"What a call takes: parameters without their annotations, and whether it is awaited. None: not told by its source.\"\"\"
            if isinstance(value, property):
                return "property"
            function = unwrapped(value)
            if not inspect.isfunction(function):
                return None
            parameters = list(inspect.signature(function).parameters.values())
            if not isinstance(value, staticmethod):
                parameters = parameters[1:]
            waits = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
            return waits, [(one.name, one.kind, one.default is not one.empty) for one in parameters]


        def fits(own, asked):
            \"\"\"Whether whoever calls the one may call the other. More parameters that nobody has to give are no harm.\"\"\"
            if own is None or asked is None or own == asked:
                return True
            if "property" in (own, asked) or own[0] != asked[0]:
                return False
            kinds = {kind for _, kind, _ in own[1]}
            if {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds:
                return True
            return own[1][: len(asked[1])] == asked[1] and all(given for _, _, given in own[1][len(asked[1]) :])


        def differences(found, canonical, owed):
            own, asked = methods(found), methods(canonical)
            if not hasattr(found, "__getattr__"):
                for name in sorted(owed):
                    if name in asked and name not in own:
                        yield "%s is missing" % name
            for name in sorted(set(own) & set(asked)):
                if not fits(shape(own[name]), shape(asked[name])):
                    yield "%s takes %s, and not %s" % (name, shape(own[name]), shape(asked[name]))


        @pytest.mark.parametrize(
            ("module", "name", "is_double"), [(*path, False) for path in IMPLEMENTATIONS] + [(*path, True) for path in DOUBLES])
        def test_what_stands_in_keeps_the_contract(module, name, is_double):
            found, canonical = find(module, name), find(*CANONICAL)
            assert canonical is not GONE
            # What is gone owes nothing.
            if found is not GONE:
                assert inspect.isclass(found)
                assert list(differences(found, canonical, CALLED if is_double else methods(canonical))) == []

        """
    }

    // MARK: Values

    private static func tuple(_ path: Path) -> String { "(\(text(path.module)), \(text(path.name)))" }

    private static func list(_ paths: [Path]) -> String {
        guard !paths.isEmpty else { return "[]" }
        return "[\n" + paths.map { "    \(tuple($0)),\n" }.joined() + "]"
    }

    private static func strings(_ texts: [String]) -> String {
        guard !texts.isEmpty else { return "[]" }
        return "[\n" + texts.map { "    \(text($0)),\n" }.joined() + "]"
    }

    /// A literal. Names of a program hold neither quotes nor line ends, and if one does it must not end the literal.
    private static func text(_ value: String) -> String {
        "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}

extension String {
    /// Without empty lines at its end.
    fileprivate func trimmingLines() -> Substring {
        var text = self[...]
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
