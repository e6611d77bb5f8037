import SearchDSL

/// Shrinks a body as long as it still shows a difference, so that a person can read it.
struct BodyShrinker {
  /// Whether a body still shows the difference.
  let isDifferent: (SearchRequest) async throws -> Bool

  /// Tries every smaller form in each pass; ends when no smaller form shows a difference.
  func shrink(_ request: SearchRequest) async throws -> SearchRequest {
    var smallest = request
    for _ in 0..<30 {
      guard let smaller = try await firstDifferent(Self.candidates(smallest)) else { return smallest }
      smallest = smaller
    }
    return smallest
  }

  private func firstDifferent(_ candidates: [SearchRequest]) async throws -> SearchRequest? {
    for candidate in candidates where try await isDifferent(candidate) { return candidate }
    return nil
  }

  private static func candidates(_ request: SearchRequest) -> [SearchRequest] {
    var candidates: [SearchRequest] = []
    func add(_ change: (inout SearchRequest) -> Void) {
      var changed = request
      change(&changed)
      if changed != request { candidates.append(changed) }
    }
    add { $0.aggregations = [] }
    add { $0.highlight = nil }
    add { $0.collapse = nil }
    add { $0.postFilter = nil }
    add { $0.minimumScore = nil }
    add { $0.suggest = [] }
    add { $0.sort = [.score, SortKey(.field("line"), .ascending)] }
    add { $0.from = 0 }
    add { $0.trackScores = false }
    add { $0.trackTotalHits = .exact }
    add { $0.collapse?.innerHits = [] }
    for index in request.aggregations.indices {
      add { $0.aggregations.remove(at: index) }
      add { $0.aggregations[index].aggregation.aggregations = [] }
    }
    for query in smaller(request.query) { add { $0.query = query } }
    return candidates
  }

  /// The query's parts, and the query without each one of its parts.
  private static func smaller(_ query: Query) -> [Query] {
    switch query {
    case .bool(let bool):
      let lists: [WritableKeyPath<BoolQuery, [Query]>] = [\.must, \.should, \.filter, \.mustNot]
      var result: [Query] = bool.must + bool.should + bool.filter + bool.mustNot
      for list in lists {
        for index in bool[keyPath: list].indices {
          var less = bool
          less[keyPath: list].remove(at: index)
          result.append(.bool(less))
          for part in smaller(bool[keyPath: list][index]) {
            var changed = bool
            changed[keyPath: list][index] = part
            result.append(.bool(changed))
          }
        }
      }
      return result
    case .disMax(let queries, let tieBreaker, let boost):
      return queries
        + queries.indices.map { index in
          var less = queries
          less.remove(at: index)
          return .disMax(queries: less, tieBreaker: tieBreaker, boost: boost)
        }.filter { _ in queries.count > 1 }
    case .constantScore(let filter, let boost):
      return [filter] + smaller(filter).map { .constantScore(filter: $0, boost: boost) }
    case .boosting(let positive, let negative, _, _): return [positive, negative]
    case .functionScore(let score):
      return [score.query]
        + score.functions.indices.filter { _ in score.functions.count > 1 }.map { index in
          var less = score
          less.functions.remove(at: index)
          return .functionScore(less)
        }
        + smaller(score.query).map { query in
          var less = score
          less.query = query
          return .functionScore(less)
        }
    case .match(var match):
      return withoutWords(match.query).map {
        match.query = $0; return .match(match)
      }
    case .multiMatch(var match):
      let fewer = match.fields.indices.filter { _ in match.fields.count > 1 }.map { index in
        var less = match
        less.fields.remove(at: index)
        return Query.multiMatch(less)
      }
      return fewer
        + withoutWords(match.query).map {
          match.query = $0; return .multiMatch(match)
        }
    default: return []
    }
  }

  private static func withoutWords(_ text: String) -> [String] {
    let words = text.split(separator: " ")
    guard words.count > 1 else { return [] }
    return words.indices.map { index in
      var less = words
      less.remove(at: index)
      return less.joined(separator: " ")
    }
  }
}
