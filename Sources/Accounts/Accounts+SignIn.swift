public import Ports
import Signing

/// The answer to a try to sign in.
public enum SignInOutcome: Sendable, Equatable {
  /// The browser's new token, which it had in no form before.
  case signedIn(token: String, member: StaffMember)
  /// The name or the password is wrong; which one is not said.
  case refused
  /// Too many tries failed; the password was not looked at.
  case locked(seconds: Double)
}

extension Accounts {
  /// Hashed for names that do not exist, so that they take as long as those that do.
  private static let noPassword =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RUIzIC/ys1xBN1bFbvnG/C0x+9/RizKi6yFpuf6POgk"

  /// Checks a name and a password. `address` names the sender's network; `formerToken` is the session that the browser
  /// had before, which ends.
  public func signIn(
    name: String, password: String, address: String, formerToken: String? = nil
  ) async throws -> SignInOutcome {
    let name = String(name.lowercased().unicodeScalars.prefix(Self.longestName))
    let limits = limits(name: name, address: address)
    // Counted before the password is checked: a thousand guesses at once are a thousand tries.
    if let seconds = try await store.countAttempt(limits, now: clock.now()) { return .locked(seconds: seconds) }
    let found = try await store.member(named: name)
    let isRight: Bool
    do {
      isRight = try await hasher.isRight(
        String(password.unicodeScalars.prefix(Self.passwordLengths.upperBound)),
        found?.passwordHash ?? Self.noPassword)
    } catch {
      // Too busy to look at the password: no guess was made.
      try await store.takeBackAttempt(limits)
      throw error
    }
    guard let found, isRight, !found.member.isDisabled else { return .refused }
    let now = clock.now()
    let token = RandomToken.make()
    // The password may have changed while it was checked.
    let isBegun = try await store.begin(
      digest: RandomToken.digest(of: token), of: found.member.id, passwordHash: found.passwordHash,
      replacing: formerToken.map(RandomToken.digest), now: now, expiresAt: now.adding(options.longestSession),
      audit: entry(name, "signed in", name))
    guard isBegun else { return .refused }
    try await store.forgiveAttempt(limits, now: now)
    return .signedIn(token: token, member: found.member)
  }

  private func limits(name: String, address: String) -> [AttemptLimit] {
    let longest = Int(saturating: options.longestPause / .seconds(1))
    return [
      AttemptLimit(
        subject: "account \(name)", freeFailures: options.freeFailuresOfAccount, longestPauseSeconds: longest),
      AttemptLimit(
        subject: "address \(address)", freeFailures: options.freeFailuresOfAddress, longestPauseSeconds: longest),
    ]
  }
}
