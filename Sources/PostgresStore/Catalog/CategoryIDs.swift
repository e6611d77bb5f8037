import PostgresClient

/// The category tree by paths of names, with the categories that an import adds.
struct CategoryIDs {
  private struct Step: Hashable {
    let parent: Int64?
    let name: String
  }

  private var ids: [Step: Int64] = [:]
  private var slugs: Set<String> = []
  private var childCounts: [Int64?: Int] = [:]

  static func read(_ connection: PostgresConnection) async throws -> CategoryIDs {
    var tree = CategoryIDs()
    for row in try await connection.query("SELECT id, parent_id, name, slug FROM catalog.category") {
      let step = Step(parent: try row.decode("parent_id"), name: try row.decode("name"))
      tree.note(step, id: try row.decode("id"), slug: try row.decode("slug"))
    }
    return tree
  }

  /// nil if the path does not exist.
  func id(of path: [String]) -> Int64? {
    var id: Int64?
    for name in path {
      guard let next = ids[Step(parent: id, name: name)] else { return nil }
      id = next
    }
    return id
  }

  /// Creates the missing categories of the path from the root, each after its siblings.
  mutating func add(_ path: [String], _ connection: PostgresConnection) async throws {
    var parent: Int64?
    var parentName: String?
    for name in path {
      let step = Step(parent: parent, name: name)
      if let known = ids[step] {
        parent = known
      } else {
        let slug = freeSlug(name, below: parentName)
        let rows = try await connection.query(
          """
          INSERT INTO catalog.category (parent_id, name, slug, position)
          VALUES (\(parent), \(name), \(slug), \(childCounts[parent, default: 0])) RETURNING id
          """)
        let id: Int64 = try rows[0].decode(at: 0)
        note(step, id: id, slug: slug)
        parent = id
      }
      parentName = name
    }
  }

  private mutating func note(_ step: Step, id: Int64, slug: String) {
    ids[step] = id
    slugs.insert(slug)
    childCounts[step.parent, default: 0] += 1
  }

  /// The name for addresses. If another category has it, the parent's name is put before it; if that is taken too, a
  /// number is appended.
  private func freeSlug(_ name: String, below parent: String?) -> String {
    let plain = Self.slug(name)
    if !slugs.contains(plain) { return plain }
    let longer = parent.map { "\(Self.slug($0))-\(plain)" } ?? plain
    if !slugs.contains(longer) { return longer }
    var number = 2
    while slugs.contains("\(longer)-\(number)") { number += 1 }
    return "\(longer)-\(number)"
  }

  /// `"Cables & Adapters"` → `cables-adapters`; a name without an ASCII letter or digit becomes `category`.
  static func slug(_ name: String) -> String {
    let lowered = name.lowercased().unicodeScalars
    let words = lowered.split { !($0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)) }
    let slug = words.map { String(String.UnicodeScalarView($0)) }.joined(separator: "-").prefix(80)
    let trimmed = slug.hasSuffix("-") ? slug.dropLast() : slug
    return trimmed.isEmpty ? "category" : String(trimmed)
  }
}
