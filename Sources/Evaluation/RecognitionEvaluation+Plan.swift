import Bootstrap
package import Understanding

extension RecognitionEvaluation {
  /// The entities that a plan recognised, in the terms of the labels.
  package static func entities(of plan: QueryPlan) -> [(kind: EntityKind, value: String)] {
    plan.recognitions.flatMap { recognition -> [(kind: EntityKind, value: String)] in
      switch (recognition.kind, recognition.constraint) {
      case (.brand, _): [(.brand, recognition.label)]
      case (.category, _): [(.category, recognition.label)]
      case (.colour, _): [(.colour, recognition.label)]
      case (.size, .values(let pairs)): Set(pairs.map(\.value)).sorted().map { (.size, $0) }
      // The labels write inches as the catalog's unit.
      case (.size, _), (.measure, _): [(.size, recognition.label.replacing("\"", with: " in"))]
      case (.price, .price(let lower, let upper)):
        [(.price, "\(lower.map(pounds) ?? "")..\(upper.map(pounds) ?? "")")]
      case (.price, _): [(.price, "cheap")]
      // Materials, patterns and the like are not among the labels.
      case (.attribute, _): []
      }
    }
  }

  private static func pounds(_ pence: Int64) -> String {
    pence % 100 == 0 ? String(pence / 100) : decimal(Double(pence) / 100, 2)
  }
}
