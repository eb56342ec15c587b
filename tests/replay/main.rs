//! What the replay example promises, asked of its real binary.

mod command_line;
mod concurrency;
mod event_files;
mod event_mode;
mod harness;
mod keyed;
mod keyed_log;
mod keyed_oracle;
mod layer_specs;
mod layers;
mod layers_oracle;
mod log_format;
mod log_mode;
mod oracle;
mod profile_log;
mod profile_numbers;
mod profile_oracle;
mod profile_random;
mod profiles;
mod random;
mod window_oracle;
mod windows;
