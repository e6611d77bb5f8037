/// A visitor as experiments know one: nothing that tells who it is.
public struct ExperimentVisitor: Sendable, Hashable {
  public enum Device: String, Sendable, CaseIterable { case mobile, desktop }
  public enum Customer: String, Sendable, CaseIterable { case person, company }

  /// Hashed with the experiments' salts, and kept nowhere.
  public var id: String
  /// nil where the browser does not say.
  public var device: Device?
  public var customer: Customer

  public init(id: String, device: Device? = nil, customer: Customer = .person) {
    self.id = id
    self.device = device
    self.customer = customer
  }
}

/// The visitors who may take part. Whoever does not qualify is in no arm.
public struct Targeting: Sendable, Hashable {
  public var devices: Set<ExperimentVisitor.Device>
  public var customers: Set<ExperimentVisitor.Customer>

  /// An empty set is everyone, also visitors of whom nothing is known.
  public init(devices: Set<ExperimentVisitor.Device> = [], customers: Set<ExperimentVisitor.Customer> = []) {
    self.devices = devices
    self.customers = customers
  }

  public func includes(_ visitor: ExperimentVisitor) -> Bool {
    (devices.isEmpty || visitor.device.map(devices.contains) ?? false)
      && (customers.isEmpty || customers.contains(visitor.customer))
  }
}
