internal import CanonFacts

extension CodeModel {
    /// Uses of `module.Name` of files that have the object's module under some name.
    func attributeConsumers(of object: ObjectID) -> [Consumer] { [] }
}
