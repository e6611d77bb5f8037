/// The category tree at one moment.
public struct CategoryTree: Sendable, Hashable {
  public struct Node: Sendable, Hashable {
    public var id: CategoryID
    public var parent: CategoryID?
    public var slug: String
    public var name: String
    public var position: Int

    public init(id: CategoryID, parent: CategoryID?, slug: String, name: String, position: Int) {
      self.id = id
      self.parent = parent
      self.slug = slug
      self.name = name
      self.position = position
    }
  }

  private let nodesByID: [CategoryID: Node]
  private let childrenByParent: [CategoryID?: [Node]]
  private let nodesBySlug: [String: Node]

  public init(nodes: [Node]) {
    nodesByID = Dictionary(nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    childrenByParent = Dictionary(grouping: nodes, by: \.parent).mapValues {
      $0.sorted { ($0.position, $0.name, $0.id) < ($1.position, $1.name, $1.id) }
    }
    nodesBySlug = Dictionary(nodes.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var isEmpty: Bool { nodesByID.isEmpty }
  public var roots: [Node] { childrenByParent[nil] ?? [] }
  public func children(of id: CategoryID) -> [Node] { childrenByParent[id] ?? [] }
  public func node(_ id: CategoryID) -> Node? { nodesByID[id] }
  public func node(slug: String) -> Node? { nodesBySlug[slug] }

  /// The path from the root to the category; nil for an unknown one.
  public func path(to id: CategoryID) -> CategoryPath? {
    var steps: [CategoryPath.Step] = []
    var next: CategoryID? = id
    while let id = next, let node = nodesByID[id], steps.count <= nodesByID.count {
      steps.append(.init(id: node.id, slug: node.slug, name: node.name))
      next = node.parent
    }
    return steps.isEmpty ? nil : CategoryPath(steps: steps.reversed())
  }
}
