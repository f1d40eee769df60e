import fc from 'fast-check';

// Properties are checked on the same values every time: one that fails does so again.
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED']) });
