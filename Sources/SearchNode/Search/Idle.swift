import Threading

/// What one search leaves for the next: objects that cost more to make than to clean.
///
/// Each belongs to one search at a time: who takes it has the only reference to it.
struct Idle<Element: AnyObject>: Sendable {
  /// As many searches at once as a machine has cores, about; more make their own.
  private static var mostKept: Int { 16 }

  // Under the lock, or with the one search that took it.
  private struct Kept: @unchecked Sendable { var elements: [Element] = [] }

  private let kept = Guarded(Kept())

  /// One that fits; nil where none lies idle.
  func take(where isFitting: (Element) -> Bool = { _ in true }) -> Element? {
    kept.withLock { kept in
      guard let index = kept.elements.lastIndex(where: isFitting) else { return Kept() }
      return Kept(elements: [kept.elements.remove(at: index)])
    }.elements.first
  }

  func give(back element: Element) {
    let returned = Kept(elements: [element])
    kept.withLock { if $0.elements.count < Self.mostKept { $0.elements += returned.elements } }
  }
}
