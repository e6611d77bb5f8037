import JSON

/// The reason why a document or a mapping is refused, in Elasticsearch's words.
struct MappingError: Error, Sendable {
  let type: String
  let reason: String

  init(_ reason: String, type: String = "mapper_parsing_exception") {
    self.type = type
    self.reason = reason
  }
}

/// How the mapping treats a field that it does not know.
enum DynamicMapping: String, Sendable { case `true`, `false`, strict, runtime }

/// An object of the mapping: its members by name.
final class ObjectMapping {
  enum Member {
    case object(ObjectMapping)
    case field(FieldMapping)
  }

  /// A member with its name in bytes, to be compared with the names in documents.
  private struct Named {
    let name: [UInt8]
    let member: Member
  }

  /// Beyond this number of members, a table finds them, in any order.
  private static let maxSearched = 64

  let path: String
  var dynamic: DynamicMapping
  var isEnabled: Bool
  private(set) var members: [String: Member] = [:]
  /// Members in the order of their creation.
  private var list: [Named] = []

  init(path: String, dynamic: DynamicMapping, isEnabled: Bool = true) {
    self.path = path
    self.dynamic = dynamic
    self.isEnabled = isEnabled
  }

  func add(_ member: Member, named name: String) {
    members[name] = member
    list.removeAll { $0.name.elementsEqual(name.utf8) }
    list.append(Named(name: Array(name.utf8), member: member))
  }

  /// The member with that name. The search starts at `expected`, which then moves to the next member: documents written
  /// by a program have their members in one order, usually the mapping's.
  func member(named name: UnsafeBufferPointer<UInt8>, expected: inout Int) -> Member? {
    guard list.count <= Self.maxSearched else { return members[String(decoding: name, as: UTF8.self)] }
    for step in list.indices {
      let place = (expected + step) % list.count
      let candidate = list[place].name
      guard candidate.count == name.count, candidate.elementsEqual(name) else { continue }
      expected = place + 1
      return list[place].member
    }
    return nil
  }

  func childPath(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// The mapping as the writer holds and extends it. Not Sendable: the writer's lock guards it.
final class Mapping {
  let root: ObjectMapping
  let analysis: AnalysisRegistry
  private(set) var snapshot = MappingSnapshot()
  private(set) var isSourceEnabled = true
  private let dynamicTemplates: [DynamicTemplate]
  private let similarities: [String: BM25Parameters]
  private let detectsDates: Bool
  private var nextFieldNumber = 0

  /// Reads the `mappings` of a body that creates an index; `settings` gives analysis and similarities.
  init(mappings: JSONValue, settings: JSONValue) throws {
    let index = settings["index"] ?? settings
    do { analysis = try AnalysisRegistry(settings: settings) } catch let error as AnalysisError {
      throw MappingError(error.reason, type: error.type)
    }
    similarities = try Mapping.similarities(index["similarity"] ?? settings["similarity"])
    dynamicTemplates = try (mappings["dynamic_templates"]?.array ?? []).map(DynamicTemplate.init)
    detectsDates = mappings["date_detection"]?.flag ?? true
    isSourceEnabled = mappings["_source"]?["enabled"]?.flag ?? true
    root = ObjectMapping(path: "", dynamic: try Mapping.dynamic(mappings["dynamic"]) ?? .true)
    try addProperties(mappings["properties"], to: root)
  }

  private static func similarities(_ definitions: JSONValue?) throws -> [String: BM25Parameters] {
    var similarities = ["BM25": BM25Parameters()]
    for member in definitions?.object?.members ?? [] {
      guard member.value["type"]?.string ?? "BM25" == "BM25" else {
        throw MappingError(
          "Unknown Similarity type [\(member.value["type"]?.text ?? "")] for [\(member.name)]: BM25 is what there is",
          type: "illegal_argument_exception")
      }
      similarities[member.name] = BM25Parameters(
        k1: Float(member.value["k1"]?.number ?? 1.2), b: Float(member.value["b"]?.number ?? 0.75))
    }
    return similarities
  }

  private static func dynamic(_ value: JSONValue?) throws -> DynamicMapping? {
    guard let value else { return nil }
    let text = value.string ?? value.bool.map { $0 ? "true" : "false" } ?? value.text
    guard let dynamic = DynamicMapping(rawValue: text) else {
      throw MappingError("Could not convert [dynamic] to true, false or strict: [\(text)]")
    }
    return dynamic
  }

  private func addProperties(_ properties: JSONValue?, to object: ObjectMapping) throws {
    for member in properties?.object?.members ?? [] {
      let definition = member.value
      let isObject = definition["type"] == nil ? definition["properties"] != nil || definition["enabled"] != nil : false
      if isObject || definition["type"]?.string == "object" {
        try addObject(member.name, definition, to: object)
      } else {
        try addField(named: member.name, definition, to: object)
      }
    }
  }

  private func addObject(_ name: String, _ definition: JSONValue, to parent: ObjectMapping) throws {
    let child = self.object(named: name, in: parent)
    if let dynamic = try Mapping.dynamic(definition["dynamic"]) { child.dynamic = dynamic }
    child.isEnabled = definition["enabled"]?.flag ?? true
    try addProperties(definition["properties"], to: child)
  }

  /// The object with that name; created if there is none.
  func object(named name: String, in parent: ObjectMapping) -> ObjectMapping {
    if case .object(let child)? = parent.members[name] { return child }
    let child = ObjectMapping(path: parent.childPath(name), dynamic: parent.dynamic)
    parent.add(.object(child), named: name)
    snapshot.objects.insert(child.path)
    return child
  }

  /// Adds a field by its definition; a dotted name creates the objects in its path.
  @discardableResult
  func addField(named name: String, _ definition: JSONValue, to parent: ObjectMapping) throws -> FieldMapping {
    var parent = parent
    var name = name
    while let dot = name.firstIndex(of: ".") {
      parent = object(named: String(name[..<dot]), in: parent)
      name = String(name[name.index(after: dot)...])
    }
    let field = try FieldDefinition(
      path: parent.childPath(name), json: definition, analysis: analysis, similarities: similarities,
      number: nextFieldNumber
    ).field()
    nextFieldNumber = field.lastNumber + 1
    parent.add(.field(field), named: name)
    publish(field)
    return field
  }

  private func publish(_ field: FieldMapping) {
    snapshot.fields[field.name] = field
    for multiField in field.multiFields { publish(multiField) }
  }

  /// The definition for a field that a document has and the mapping does not know; nil: the field is not indexed.
  func dynamicDefinition(path: String, name: String, value: JSONElement) -> JSONValue? {
    let isDate =
      detectsDates && value.string.flatMap { DateFormat.strictDateOptionalTime.parse($0) } != nil
      && value.string?.contains("-") == true
    guard let type = DynamicTemplate.matchType(of: value, isDate: isDate) else { return nil }
    for template in dynamicTemplates where template.matches(path: path, name: name, type: type) {
      return template.definition(name: name, type: type)
    }
    switch type {
    case "string": return ["type": "text", "fields": ["keyword": ["type": "keyword", "ignore_above": 256]]]
    case "long": return ["type": "long"]
    case "double": return ["type": "float"]
    case "boolean": return ["type": "boolean"]
    case "date": return ["type": "date"]
    default: return nil
    }
  }
}

/// A rule that says how a new field is mapped.
struct DynamicTemplate: Sendable {
  private let pathMatch: [String]
  private let pathUnmatch: [String]
  private let match: [String]
  private let unmatch: [String]
  private let matchMappingType: [String]
  private let mapping: JSONValue

  init(_ json: JSONValue) throws {
    guard let member = json.object?.members.first, member.value.object != nil else {
      throw MappingError("A dynamic template must be defined with a name")
    }
    func patterns(_ value: JSONValue?) -> [String] {
      value?.array?.compactMap(\.string) ?? value?.string.map { [$0] } ?? []
    }
    pathMatch = patterns(member.value["path_match"])
    pathUnmatch = patterns(member.value["path_unmatch"])
    match = patterns(member.value["match"])
    unmatch = patterns(member.value["unmatch"])
    matchMappingType = patterns(member.value["match_mapping_type"])
    mapping = member.value["mapping"] ?? [:]
  }

  static func matchType(of value: JSONElement, isDate: Bool) -> String? {
    switch value.kind {
    case .string: isDate ? "date" : "string"
    case .int: "long"
    case .double: "double"
    case .bool: "boolean"
    case .object: "object"
    case .array, .null: nil
    }
  }

  func matches(path: String, name: String, type: String) -> Bool {
    func any(_ patterns: [String], _ text: String) -> Bool { patterns.contains { Wildcard.matches(text, pattern: $0) } }
    if !pathMatch.isEmpty, !any(pathMatch, path) { return false }
    if any(pathUnmatch, path) { return false }
    if !match.isEmpty, !any(match, name) { return false }
    if any(unmatch, name) { return false }
    return matchMappingType.isEmpty || matchMappingType.contains("*") || matchMappingType.contains(type)
  }

  func definition(name: String, type: String) -> JSONValue {
    var definition = substituted(mapping, name: name, type: type)
    if definition["type"] == nil {
      definition["type"] = .string(["string": "text", "double": "float"][type] ?? type)
    }
    return definition
  }

  private func substituted(_ value: JSONValue, name: String, type: String) -> JSONValue {
    switch value {
    case .string("{name}"): .string(name)
    case .string("{dynamic_type}"): .string(["string": "text"][type] ?? type)
    case .object(let object):
      .object(JSONObject(object.members.map { .init($0.name, substituted($0.value, name: name, type: type)) }))
    default: value
    }
  }
}

extension JSONValue {
  /// A Boolean, also if it is written as a string, as Elasticsearch's settings allow.
  var flag: Bool? { bool ?? string.flatMap(Bool.init) }
  /// A number, also if it is written as a string.
  var number: Double? { double ?? string.flatMap(Double.init) }
}
