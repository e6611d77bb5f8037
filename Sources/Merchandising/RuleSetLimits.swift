/// Bounds on what a shop publishes; each is far above what a shop needs, and none cuts silently.
public enum RuleSetLimits {
  /// 100,000 synonym lines have about 4 MB.
  public static let longestText = 16 * 1024 * 1024
}
