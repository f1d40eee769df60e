import fc from 'fast-check';

// Properties without a seed of their own are checked on the same values every time: one that fails does so again.
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED']) });
