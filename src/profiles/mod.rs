//! The limits of three point-of-sale APIs as ready-made policies, for servers that enforce them and clients that obey them.
