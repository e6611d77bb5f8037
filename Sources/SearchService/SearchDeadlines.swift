extension SearchService {
  /// How long each part of a search may take.
  public struct Deadlines: Sendable {
    /// From then on what is optional is left out, and the answer says so.
    public var search = Duration.milliseconds(100)
    /// From then on there is no answer at all.
    public var answer = Duration.seconds(2)
    /// The deadline for a product in the database; later the index's copy of it serves.
    public var page = Duration.milliseconds(300)
    /// The deadline for the category tree and the attributes' names, which are read once in a few seconds.
    public var labels = Duration.milliseconds(40)
    /// The deadline for past searches, which suggestions can do without.
    public var searches = Duration.milliseconds(5)
    /// The deadline for a model that puts the first results in another order.
    public var ranking = Duration.milliseconds(15)

    public init() {}
  }
}

/// When one answer must be there, and from when on it goes without what is optional.
struct AnswerLimits: Sendable {
  let optional: ContinuousClock.Instant
  let answer: ContinuousClock.Instant

  init(_ deadlines: SearchService.Deadlines) {
    optional = .now + deadlines.search
    answer = .now + max(deadlines.search, deadlines.answer)
  }

  var isLate: Bool { ContinuousClock.now >= optional }
}
