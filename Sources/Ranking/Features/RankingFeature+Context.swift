import Catalog

/// When and where it is searched. They are the same for all candidates: trees part by them, a linear model cannot.
extension RankingFeature {
  static let context: [RankingFeature] = [
    RankingFeature("hour", .context, "the hour of the day in UTC / 24") { window in
      let seconds = window.now.microsecondsSinceEpoch / 1_000_000
      let hour = Double((seconds % 86_400 + 86_400) % 86_400 / 3_600)
      return window.values { _ in hour / 24 }
    },
    RankingFeature("mobile", .context, "1 on a phone, 0 on another screen") { window in
      window.values { _ in window.isMobile.map { $0 ? 1 : 0 } ?? .nan }
    },
  ]
}
