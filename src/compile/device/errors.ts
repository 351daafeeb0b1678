/**
 * The error of device executors.
 *
 * @module
 */
import type { Node, OpName } from '../../ir/index.js';

/** One operation that a device cannot run, or that failed on it. */
export interface DeviceFault {
  readonly op: OpName;
  /** Where the operation was made, if that is known. */
  readonly origin: string | undefined;
  readonly reason: string;
}

const remedy =
  "Run the program without the device (Adjoint's own executors have every operation), or stage the part that the device " +
  'has as a function of its own.';

function sentence({ op, origin, reason }: DeviceFault): string {
  return `- ${op}${origin === undefined ? '' : ` (${origin})`}: ${reason}`;
}

/**
 * Raised when a program cannot run on a tfjs backend: when it is compiled, with every operation that the backend lacks
 * in `faults`; when it runs, with the operation that failed.
 *
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.exp(x), [tf.scalar(0)]);
 * try {
 *   deviceExecutor('nowhere').compile(graph);
 * } catch (error) {
 *   (error as DeviceError).device; // 'nowhere'
 * }
 */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  /** Name of the tfjs backend. */
  readonly device: string;
  /** The operations at fault; empty if it is the backend itself. */
  readonly faults: readonly DeviceFault[];

  constructor(device: string, message: string, faults: readonly DeviceFault[] = [], cause?: unknown) {
    super(message, { cause });
    this.device = device;
    this.faults = faults;
  }
}

/** What is wrong with a node. */
export function faultOf(node: Node, reason: string): DeviceFault {
  return { op: node.op, origin: node.origin?.(), reason };
}

/** The error for operations that a device lacks. */
export function lacking(device: string, faults: readonly DeviceFault[]): DeviceError {
  const text = faults.map(sentence).join('\n');
  return new DeviceError(
    device,
    `The device '${device}' cannot run this program:\n${text}\n${remedy}`,
    faults,
  );
}

/** The error for an operation that failed while a program ran. */
export function failed(device: string, node: Node, cause: unknown): DeviceError {
  const fault = faultOf(node, cause instanceof Error ? cause.message : String(cause));
  return new DeviceError(device, `The device '${device}' failed:\n${sentence(fault)}`, [fault], cause);
}
