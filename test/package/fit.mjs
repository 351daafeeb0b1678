// Run in an empty folder in which the packed package and its peer are installed.
import * as adjoint from 'adjoint';
import * as transforms from 'adjoint/transforms';

if (typeof adjoint !== 'object' || typeof transforms !== 'object')
  throw new Error('an entry point is missing');
console.log('ok');
