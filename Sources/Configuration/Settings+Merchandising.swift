extension Settings {
  /// How rules are published, and what a preview measures.
  public struct Merchandising: Sendable {
    /// Whether the publisher must be another person than the draft's last author.
    public let needsApproval: Bool
    /// nil: a preview measures no quality.
    public let judgmentsFile: String?

    init(_ config: ConfigReader) {
      needsApproval = config.bool(
        forKey: "needsApproval", default: false,
        "Whether a draft is published by an approver who is not the last to have changed it.")
      judgmentsFile = config.string(
        forKey: "judgments",
        "CSV file of judged queries (query, product_id, rating; products by their codes), by which previews give nDCG.")
    }
  }
}
