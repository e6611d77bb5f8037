import Threading

/// Objects that one search leaves for the next, because making them costs more than cleaning them.
///
/// Each belongs to one search at a time: the search that takes it has the only reference.
struct Idle<Element: AnyObject>: Sendable {
  /// About as many as a machine has cores and therefore searches at once; further searches make their own.
  private static var maxKept: Int { 16 }

  // Guarded by the lock, or owned by the one search that took it.
  private struct Kept: @unchecked Sendable { var elements: [Element] = [] }

  private let kept = Guarded(Kept())

  /// A fitting object; nil if none is idle.
  func take(where isFitting: (Element) -> Bool = { _ in true }) -> Element? {
    kept.withLock { kept in
      guard let index = kept.elements.lastIndex(where: isFitting) else { return Kept() }
      return Kept(elements: [kept.elements.remove(at: index)])
    }.elements.first
  }

  func give(back element: Element) {
    let returned = Kept(elements: [element])
    kept.withLock { if $0.elements.count < Self.maxKept { $0.elements += returned.elements } }
  }
}
