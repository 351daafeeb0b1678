/**
 * Special functions in the operation catalogue.
 *
 * @module
 */

/** No attributes. */
type None = Readonly<Record<never, never>>;

/** Special functions of one real operand. */
export interface SpecialUnaryTable {
  /** log|Γ(x)|. */
  readonly lgamma: None;
  /** ψ(x) = d/dx log Γ(x). */
  readonly digamma: None;
  /** log Φ(x) of the normal distribution function Φ. */
  readonly logNdtr: None;
  /** φ(x)/Φ(x) = d/dx log Φ(x). */
  readonly normalHazard: None;
}

/** Special functions of two real operands. */
export interface SpecialBinaryTable {
  /** polygamma(n, x) = ψ⁽ⁿ⁾(x) for integers n ≥ 0; no derivative in n. */
  readonly polygamma: None;
  /** igamma(a, x) = P(a, x), the distribution function of Gamma(a, 1). */
  readonly igamma: None;
  /** igammac(a, x) = Q(a, x) = 1 − P(a, x). */
  readonly igammac: None;
  /** gammaDensity(a, x) = xᵃ⁻¹ e⁻ˣ/Γ(a) = ∂P/∂x. */
  readonly gammaDensity: None;
  /** randomGammaGrad(a, x) = ∂x/∂a of a draw x of Gamma(a, 1) at a fixed quantile. */
  readonly randomGammaGrad: None;
  /** lbeta(a, b) = log B(a, b). */
  readonly lbeta: None;
  /** x log y, 0 where x is. */
  readonly xlogy: None;
  /** x log(1+y), 0 where x is. */
  readonly xlog1py: None;
}

/** Special functions with attributes or more operands, applied element by element to real operands of one shape. */
export interface SpecialTable {
  /** igammaGrad(a, x) = ∂ᵏP(a, x)/∂aᵏ for the order k ≥ 1. */
  readonly igammaGrad: { readonly order: number };
  /** betainc(a, b, x) = I_x(a, b), the distribution function of Beta(a, b). */
  readonly betainc: None;
  /** betaDensity(a, b, x) = xᵃ⁻¹ (1−x)ᵇ⁻¹/B(a, b) = ∂I/∂x. */
  readonly betaDensity: None;
  /** betaincGrad(a, b, x) = ∂ⁱ⁺ʲ I_x(a, b)/∂aⁱ∂bʲ for the orders i = a, j = b, i + j ≥ 1. */
  readonly betaincGrad: { readonly a: number; readonly b: number };
  /** e^{−|x|} I_n(x), the scaled modified Bessel function of the order n. */
  readonly besselIe: { readonly order: number };
}

/** Name of a special function with attributes or more than two operands. */
export type SpecialName = keyof SpecialTable;

/** Special functions of one operand, in catalogue order. */
export const specialUnaryNames: readonly (keyof SpecialUnaryTable)[] = [
  'lgamma',
  'digamma',
  'logNdtr',
  'normalHazard',
];

/** Special functions of two operands, in catalogue order. */
export const specialBinaryNames: readonly (keyof SpecialBinaryTable)[] = [
  'polygamma',
  'igamma',
  'igammac',
  'gammaDensity',
  'randomGammaGrad',
  'lbeta',
  'xlogy',
  'xlog1py',
];

/** The other special functions, with their numbers of operands. */
export const specialOperands: { readonly [K in SpecialName]: number } = {
  igammaGrad: 2,
  betainc: 3,
  betaDensity: 3,
  betaincGrad: 3,
  besselIe: 1,
};
