        ) AS needing_attention
    ) AS attention
