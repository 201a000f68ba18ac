"""What a screen says, as plain rows: no toolkit, no colours, no terminal. Each row can be printed as it stands."""
