extension Settings {
  /// How rules are published, and what a preview measures.
  public struct Merchandising: Sendable {
    /// Whether the publisher must be another person than the draft's authors.
    public let needsApproval: Bool
    public let timeZone: String
    public let maxLostPercent: Int
    public let maxQualityLossPercent: Int
    /// nil: a preview measures no quality.
    public let judgmentsFile: String?

    init(_ config: ConfigReader) {
      needsApproval = config.bool(
        forKey: "needsApproval", default: false,
        "Whether a draft, or the way back to an old version, is published by an approver who did not change it.")
      timeZone = config.string(
        forKey: "timeZone", default: "UTC",
        "Time zone of the moments in rules, campaigns and schedules, such as Europe/London.")
      maxLostPercent = config.int(
        forKey: "maxLostPercent", default: 5, in: 0...100,
        "Of a hundred searches of the log, how many a draft may leave with nothing or nearly nothing; beyond, an approver must override the gate."
      )
      maxQualityLossPercent = config.int(
        forKey: "maxQualityLossPercent", default: 2, in: 0...100,
        "Hundredths of nDCG@10 that a draft may cost the judged queries; beyond, an approver must override the gate.")
      judgmentsFile = config.string(
        forKey: "judgments",
        "CSV file of judged queries (query, product_id, rating; products by their codes), by which previews give nDCG.")
    }
  }
}
